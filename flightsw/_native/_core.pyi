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
    def ccsds_crc16(self, data: bytes | _CDataBase, size: int, /) -> int: ...
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
    def fsw_vote_outvoted(
        self, value: Sequence[int] | _CDataBase, voted: int, tolerance: int, /
    ) -> int: ...
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
    TRANSMITTER_DICTIONARY_MAJOR: int
    TRANSMITTER_DICTIONARY_MINOR: int
    TRANSMITTER_DICTIONARY_HASH: int
    CCSDS_MARKER: int
    CCSDS_MARKER_bytes: int
    TRANSMITTER_CHANNELS: int
    TRANSMITTER_ROUTES_MAX: int
    TRANSMITTER_FRAME_MIN_bytes: int
    TRANSMITTER_FRAME_MAX_bytes: int
    TRANSMITTER_RATE_MAX_bps: int
    TRANSMITTER_OFF: int
    TRANSMITTER_WARM_UP: int
    TRANSMITTER_ON: int
    TRANSMITTER_BROWN_OUT: int
    TRANSMITTER_RESET: int
    TRANSMITTER_DYING: int
    TRANSMITTER_RESET_NONE: int
    TRANSMITTER_RESET_SUPPLY: int
    TRANSMITTER_RESET_WATCHDOG: int
    TRANSMITTER_OK: int
    TRANSMITTER_ERROR_FRAME: int
    TRANSMITTER_ERROR_SUPPLY: int
    TRANSMITTER_ERROR_ROUTE: int
    TRANSMITTER_ERROR_STORAGE: int
    def transmitter_init(
        self, self_: _CDataBase, config: _CDataBase, storage: _CDataBase, storage_bytes: int, /
    ) -> int: ...
    def transmitter_set_supply(self, self_: _CDataBase, supply_mv: int, /) -> None: ...
    def transmitter_reset(self, self_: _CDataBase, /) -> None: ...
    def transmitter_accept(
        self, self_: _CDataBase, packets: _CDataBase | bytes, size: int, /
    ) -> int: ...
    def transmitter_step(
        self, self_: _CDataBase, elapsed_us: int, out: _CDataBase, capacity: int, /
    ) -> int: ...
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
    def sensors_noise_word(self, key: int, counter: int, /) -> int: ...
    def sensors_noise(self, key: int, counter: int, /) -> float: ...
    def sensors_normal(self, seed: int, component: int, counter: int, /) -> float: ...
    FAULTS_ACTS_MAX: int
    FAULTS_FROM_T_ZERO: int
    FAULTS_ENGINE_SHUTDOWN: int
    FAULTS_ENGINE_THRUST_LOSS: int
    FAULTS_STAGE_SEPARATION: int
    FAULTS_TRANSMITTER_SUPPLY: int
    FAULTS_TRANSMITTER_RESET: int
    FAULTS_INTEGRATOR_STUCK: int
    FAULTS_INTEGRATOR_BIAS: int
    FAULTS_INTEGRATOR_SCALE: int
    FAULTS_DISCRETE_STUCK: int
    GROUND_LOG_VERSION: int
    GROUND_LOG_HEADER: int
    GROUND_LOG_RECEIVED: int
    GROUND_LOG_END: int
    GROUND_LOG_HEAD_bytes: int
    GROUND_LOG_CRC_bytes: int
    GROUND_JUNK_NO_MARKER: int
    GROUND_JUNK_CRC: int
    GROUND_JUNK_CUT: int
    GROUND_JUNK_HEADER: int
    def ground_log_header(self, self_: _CDataBase, json: bytes, size: int, /) -> None: ...
    def ground_log_begin(self, self_: _CDataBase, /) -> None: ...
    def ground_log_add(
        self,
        self_: _CDataBase,
        octets: _CDataBase | bytes,
        size: int,
        receptions: _CDataBase,
        count: int,
        /,
    ) -> None: ...
    def ground_log_end(self, self_: _CDataBase, /) -> None: ...
    def ground_log_finish(self, self_: _CDataBase, listened_us: int, /) -> None: ...
    def ground_log_scan(self, log: _CDataBase, size: int, scan: _CDataBase, /) -> None: ...
    def ground_crc32(self, crc: int, octets: _CDataBase | bytes, size: int, /) -> int: ...
    def ground_frame_scan(
        self,
        log: _CDataBase,
        size: int,
        entry: _CDataBase,
        entry_count: int,
        frame_bytes: int,
        scan: _CDataBase,
        /,
    ) -> None: ...
    def ground_packet_scan(
        self,
        log: _CDataBase,
        size: int,
        frame: _CDataBase,
        frame_count: int,
        frame_bytes: int,
        scan: _CDataBase,
        /,
    ) -> bool: ...
    LINK_STATIONS_MAX: int
    LINK_EMITTERS_MAX: int
    LINK_BURST_MAX_bytes: int
    LINK_SLICE_us: int
    def link_init(self, self_: _CDataBase, config: _CDataBase, /) -> bool: ...
    def link_hear(
        self,
        self_: _CDataBase,
        log: _CDataBase,
        emitter: int,
        t_us: int,
        position_ecef_m: _CDataBase,
        through_umbilical: bool,
        octets: _CDataBase | bytes,
        size: int,
        /,
    ) -> None: ...
    def link_close(self, self_: _CDataBase, log: _CDataBase, t_us: int, /) -> None: ...
    def link_ratio(self, emitter: _CDataBase, station: _CDataBase, range_m: float, /) -> float: ...
    def link_bit_error_rate(self, ratio: float, /) -> float: ...
    LOOP_TRUTH_COLUMNS: int
    LOOP_TRANSMITTERS_MAX: int
    LOOP_QUEUES_bytes: int
    LOOP_TRUTH_NAMES: _CDataBase
    LOOP_OK: int
    LOOP_ERROR_PLANT: int
    LOOP_ERROR_FSW: int
    LOOP_ERROR_FAULTS: int
    LOOP_ERROR_ACTIONS: int
    LOOP_ERROR_TRANSMITTER: int
    LOOP_ERROR_LINK: int
    def loop_init(self, self_: _CDataBase, config: _CDataBase, /) -> int: ...
    def loop_run(self, self_: _CDataBase, ticks: int, record: _CDataBase, /) -> int: ...
    def loop_clock_us(self, self_: _CDataBase, /) -> int: ...
    def loop_sense(self, self_: _CDataBase, /) -> None: ...
    def loop_compute(self, self_: _CDataBase, /) -> None: ...
    def loop_transmit(self, self_: _CDataBase, index: int, record: _CDataBase, /) -> None: ...
    def loop_supply(self, self_: _CDataBase, index: int, /) -> _CDataBase: ...
    def loop_radiate(
        self, self_: _CDataBase, index: int, octets: bytes, size: int, record: _CDataBase, /
    ) -> None: ...
    def loop_settle(self, self_: _CDataBase, record: _CDataBase, /) -> None: ...

ffi: FFI
lib: _Lib
