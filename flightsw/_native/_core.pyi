"""What the compiled module holds, function for function as in core.cdef: here `Any` ends."""

from collections.abc import Sequence
from typing import Protocol

from _cffi_backend import FFI, _CDataBase

class _Vec3:
    x: float
    y: float
    z: float

class _Axes:
    x: _Vec3
    y: _Vec3
    z: _Vec3

class _Geodetic:
    latitude_rad: float
    longitude_rad: float
    height_m: float

class _Orbit:
    elliptic: bool
    perigee_radius_m: float
    apogee_radius_m: float
    semi_major_axis_m: float
    eccentricity: float
    inclination_rad: float
    raan_rad: float
    arg_perigee_rad: float
    true_anomaly_rad: float
    perigee_height_m: float
    apogee_height_m: float

class _Air:
    density_kgpm3: float
    pressure_pa: float
    temperature_k: float
    sound_speed_mps: float

class _Lib(Protocol):
    def fsw_crc16(self, data: bytes | _CDataBase, size: int, /) -> int: ...
    FSW_ENTRIES_MAX: int
    FSW_NODES_MAX: int
    FSW_ACTIONS_MAX: int
    FSW_ANALOGS_MAX: int
    FSW_PITCH_MAX: int
    FSW_OUTBOX_bytes: int
    FSW_TICK_NEVER: int
    FSW_TICKS_MAX: int
    FSW_LEAD_MAX_us: int
    FSW_NODE_AFTER_EVENT: int
    FSW_NODE_COUNTDOWN: int
    FSW_NODE_QUANTITY: int
    FSW_NODE_DISCRETES: int
    FSW_NODE_ALL: int
    FSW_NODE_ANY: int
    FSW_AT_LEAST: int
    FSW_AT_MOST: int
    FSW_QUANTITY_APPARENT_VELOCITY_mmps: int
    FSW_QUANTITY_AXIAL_ACCEL_mmps2: int
    FSW_QUANTITY_ESTIMATED_ALTITUDE_mm: int
    FSW_QUANTITY_ESTIMATED_SPEED_mmps: int
    FSW_QUANTITY_ESTIMATED_CLIMB_mmps: int
    FSW_QUANTITY_ANALOG_0: int
    FSW_BY_PRIMARY: int
    FSW_BY_BACKUP: int
    FSW_BY_DEPLETION: int
    FSW_BY_AVD: int
    FSW_BY_ABORT: int
    FSW_BY_MONITOR: int
    FSW_TRIGGERS_PER_ENTRY: int
    FSW_ROLE_SEQUENCE: int
    FSW_ROLE_AVD: int
    FSW_ROLE_ABORT: int
    FSW_ROLE_MONITOR: int
    FSW_OK: int
    FSW_ERROR_TICK: int
    FSW_ERROR_TABLE: int
    FSW_ERROR_T_ZERO: int
    FSW_ERROR_GUIDANCE: int
    FSW_ERROR_NAVIGATION: int
    def fsw_init(self, self_: _CDataBase, config: _CDataBase, /) -> int: ...
    def fsw_step(self, self_: _CDataBase, input_: _CDataBase, output: _CDataBase, /) -> None: ...
    def fsw_met_ticks(self, self_: _CDataBase, /) -> int: ...
    def fsw_persistence_feed(self, seen: _CDataBase, required: int, condition: bool, /) -> bool: ...
    def fsw_vote_middle(self, value: Sequence[int] | _CDataBase, /) -> int: ...
    def fsw_vote_increment(
        self, carry: _CDataBase, increment: Sequence[int] | _CDataBase, limit: int, /
    ) -> int: ...
    def fsw_vote_disagrees(
        self, value: Sequence[int] | _CDataBase, voted: int, tolerance: int, /
    ) -> bool: ...
    def fsw_vote_discretes(self, discretes: int, mask: int, votes: int, /) -> bool: ...
    def fsw_guidance_sine_cosine(
        self, angle_rad: float, sine: _CDataBase, cosine: _CDataBase, /
    ) -> None: ...
    def fsw_telemetry_step(
        self, self_: _CDataBase, input_: _CDataBase, fired: int, output: _CDataBase, /
    ) -> None: ...
    FSW_DICTIONARY_MAJOR: int
    FSW_DICTIONARY_MINOR: int
    FSW_DICTIONARY_HASH: int
    def transmitter_init(self, self_: _CDataBase, /) -> None: ...
    def transmitter_set_power(self, self_: _CDataBase, powered: bool, /) -> None: ...
    def transmitter_send(self, self_: _CDataBase, size: int, packet_count: int, /) -> int: ...
    def plant_sin(self, x: float, /) -> float: ...
    def plant_cos(self, x: float, /) -> float: ...
    def plant_sincos(self, x: float, s: _CDataBase, c: _CDataBase, /) -> None: ...
    def plant_atan2(self, y: float, x: float, /) -> float: ...
    def plant_asin(self, x: float, /) -> float: ...
    def plant_acos(self, x: float, /) -> float: ...
    def plant_exp(self, x: float, /) -> float: ...
    def plant_log(self, x: float, /) -> float: ...
    def plant_pow(self, x: float, y: float, /) -> float: ...
    def plant_gravity_eci_mps2(self, position_eci_m: _CDataBase | _Vec3, /) -> _Vec3: ...
    def plant_ecef_from_eci(self, vector_eci: _CDataBase | _Vec3, t_s: float, /) -> _Vec3: ...
    def plant_eci_from_ecef(self, vector_ecef: _CDataBase | _Vec3, t_s: float, /) -> _Vec3: ...
    def plant_air_velocity_eci_mps(
        self, position_eci_m: _CDataBase | _Vec3, velocity_eci_mps: _CDataBase | _Vec3, /
    ) -> _Vec3: ...
    def plant_ground_velocity_eci_mps(self, position_eci_m: _CDataBase | _Vec3, /) -> _Vec3: ...
    def plant_geodetic_from_ecef(self, position_ecef_m: _CDataBase | _Vec3, /) -> _Geodetic: ...
    def plant_ecef_from_geodetic(self, point: _CDataBase | _Geodetic, /) -> _Vec3: ...
    def plant_height_m(self, position_m: _CDataBase | _Vec3, /) -> float: ...
    def plant_local_axes(self, latitude_rad: float, longitude_rad: float, /) -> _Axes: ...
    def plant_platform_axes(
        self, latitude_rad: float, longitude_rad: float, azimuth_rad: float, /
    ) -> _Axes: ...
    def plant_orbit_from_state(
        self, position_eci_m: _CDataBase | _Vec3, velocity_eci_mps: _CDataBase | _Vec3, /
    ) -> _Orbit: ...
    def plant_atmosphere_us76(self, height_m: float, /) -> _Air: ...
    def plant_air_table_init(self, self_: _CDataBase, /) -> None: ...
    def plant_air_lookup(self, self_: _CDataBase, height_m: float, out: _CDataBase, /) -> None: ...
    PLANT_PARTS_MAX: int
    PLANT_LEVELS_MAX: int
    PLANT_MACH_MAX: int
    PLANT_BODIES_MAX: int
    PLANT_ATTITUDE_COMMANDED: int
    PLANT_ATTITUDE_WIND: int
    PLANT_OK: int
    PLANT_ERROR_PARTS: int
    PLANT_ERROR_ENGINE: int
    PLANT_ERROR_AERO: int
    PLANT_ERROR_START: int
    PLANT_IGNITE: int
    PLANT_THROTTLE: int
    PLANT_SHUTDOWN: int
    PLANT_SEPARATE: int
    PLANT_DEPLOY: int
    def plant_init(self, self_: _CDataBase, config: _CDataBase, /) -> int: ...
    def plant_command(self, self_: _CDataBase, command: int, part: int, value: int, /) -> bool: ...
    def plant_aim(self, self_: _CDataBase, axis_commanded_eci: _CDataBase, /) -> None: ...
    def plant_advance(self, self_: _CDataBase, dt_s: float, /) -> None: ...
    def plant_coast(
        self,
        self_: _CDataBase,
        air: _CDataBase,
        until_s: float,
        step_s: float,
        ground_height_m: float,
        row_every: int,
        rows: _CDataBase,
        row_capacity: int,
        row_count: _CDataBase,
        /,
    ) -> bool: ...
    SENSORS_ANALOGS_MAX: int
    SENSORS_DISCRETES_MAX: int
    SENSORS_CHAMBER_PRESSURE: int
    SENSORS_STATIC_PRESSURE: int
    SENSORS_LEVEL: int
    SENSORS_LIFT_OFF_CONTACT: int
    SENSORS_SEPARATION_CONTACT: int
    SENSORS_OXIDIZER_DRY: int
    SENSORS_FUEL_DRY: int
    def sensors_init(
        self,
        self_: _CDataBase,
        config: _CDataBase,
        plant: _CDataBase,
        platform_x_eci: _CDataBase,
        platform_y_eci: _CDataBase,
        platform_z_eci: _CDataBase,
        /,
    ) -> None: ...
    def sensors_set_platform(
        self, self_: _CDataBase, x_eci: _CDataBase, y_eci: _CDataBase, z_eci: _CDataBase, /
    ) -> None: ...
    def sensors_sample(self, self_: _CDataBase, plant: _CDataBase, /) -> None: ...
    def sensors_noise_key(self, seed: int, component: int, /) -> int: ...
    def sensors_noise(self, key: int, counter: int, /) -> float: ...
    def sensors_normal(self, seed: int, component: int, counter: int, /) -> float: ...
    FAULTS_ACTS_MAX: int
    FAULTS_FROM_T_ZERO: int
    FAULTS_ENGINE_SHUTDOWN: int
    FAULTS_ENGINE_THRUST_LOSS: int
    FAULTS_STAGE_SEPARATION: int
    FAULTS_TRANSMITTER_POWER_LOSS: int
    FAULTS_INTEGRATOR_STUCK: int
    FAULTS_INTEGRATOR_BIAS: int
    FAULTS_INTEGRATOR_SCALE: int
    FAULTS_DISCRETE_STUCK: int
    LOOP_TRUTH_COLUMNS: int
    LOOP_TRUTH_NAMES: _CDataBase
    LOOP_OK: int
    LOOP_ERROR_PLANT: int
    LOOP_ERROR_FSW: int
    LOOP_ERROR_FAULTS: int
    LOOP_ERROR_ACTIONS: int
    def loop_init(self, self_: _CDataBase, config: _CDataBase, /) -> int: ...
    def loop_run(self, self_: _CDataBase, ticks: int, record: _CDataBase, /) -> int: ...

ffi: FFI
lib: _Lib
