// A Raspberry Pi Pico in rp2040js: it does what the boot ROM does with a UF2 file, then lets the processor run.
//
//   node pico.mjs FOLDER_WITH_NODE_MODULES firmware.uf2
//
// UART0 is stdin and stdout; octets arrive one each octet time of the rate that the firmware has set. The boot ROM itself is
// not in rp2040js, nor may it be copied: its work is done here, the check of the boot stage's CRC among it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, path] = process.argv.slice(2);
const { Simulator } = createRequire(`${folder}/`)("rp2040js");

const FLASH = 0x10000000;
const BOOT_STAGE = 0x20041f00; // where the ROM copies the first 256 octets of the flash
const WATCHDOG_BASE = 0x40058;
const UF2_MAGIC = [0x0a324655, 0x9e5d5157, 0x0ab16f30];
const FAMILY_RP2040 = 0xe48bff56;
const SLICE = 200000; // instructions between two looks at the host
const QUIET_NANOS = 1e6;

function fail(message) {
    process.stderr.write(`pico: ${message}\n`);
    process.exit(1);
}

/** The octets of a UF2 file, as the ROM writes them to the flash. */
function flash(rp2040, file) {
    const blocks = file.length / 512;
    if (!Number.isInteger(blocks)) fail("not whole blocks of 512 octets");
    for (let i = 0; i < blocks; i++) {
        const at = (offset) => file.readUInt32LE(512 * i + offset);
        if (at(0) !== UF2_MAGIC[0] || at(4) !== UF2_MAGIC[1] || at(508) !== UF2_MAGIC[2]) fail(`block ${i}: no UF2`);
        if (at(28) !== FAMILY_RP2040) fail(`block ${i}: of another chip`);
        if (at(16) !== 256 || at(20) !== i || at(24) !== blocks) fail(`block ${i}: the ROM passes over it`);
        rp2040.flash.set(file.subarray(512 * i + 32, 512 * i + 288), at(12) - FLASH);
    }
}

/** CRC-32/MPEG-2, as the ROM computes it over the boot stage. */
function crc(octets) {
    let value = 0xffffffff;
    for (const octet of octets) {
        value ^= octet << 24;
        for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
    }
    return value >>> 0;
}

function boot(rp2040) {
    const stage = rp2040.flash.subarray(0, 256);
    const view = new DataView(stage.buffer, stage.byteOffset, 256);
    if (view.getUint32(252, true) !== crc(stage.subarray(0, 252))) fail("the CRC of the boot stage is wrong: a Pico would not start");
    rp2040.sram.set(stage, BOOT_STAGE - 0x20000000);
    rp2040.core.reset();
    rp2040.core.LR = 0;
    rp2040.core.PC = BOOT_STAGE;
}

const simulator = new Simulator();
const { rp2040, clock } = simulator;
rp2040.logger = { debug() {}, info() {}, warn() {}, error(name, text) { process.stderr.write(`${name}: ${text}\n`); } };
flash(rp2040, readFileSync(path));
boot(rp2040);

let resets = 0;
rp2040.peripherals[WATCHDOG_BASE].onWatchdogTrigger = () => {
    resets += 1;
};

const fromHost = [];
let ended = false;
let wake = () => {};
process.stdin.on("data", (octets) => {
    fromHost.push(...octets);
    wake();
});
process.stdin.on("end", () => {
    ended = true;
    wake();
});

// The UART's time of an octet is kept by the simulated clock.
const uart = rp2040.uart[0];
let octetNanos = 1e9 / 11520;
uart.onBaudRateChange = (baud) => {
    octetNanos = 1e10 / baud;
};
const toHost = [];
uart.onByte = (octet) => toHost.push(octet);
let nextOctet = 0;

function turn() {
    for (let i = 0; i < SLICE; i++) {
        if (resets > 0) {
            resets = 0;
            rp2040.peripherals[WATCHDOG_BASE].writeUint32(0, 0);
            boot(rp2040);
        }
        if (fromHost.length > 0 && clock.nanos >= nextOctet && uart.enabled && uart.rxEnabled) {
            uart.feedByte(fromHost.shift());
            nextOctet = clock.nanos + octetNanos;
        }
        if (!rp2040.core.waiting) {
            clock.tick((rp2040.core.executeInstruction() * 1e9) / rp2040.clkSys);
            continue;
        }
        const alarm = clock.nanosToNextAlarm || Infinity;
        if (fromHost.length > 0) {
            clock.tick(Math.min(alarm, Math.max(nextOctet - clock.nanos, 1)));
        } else {
            clock.tick(Math.min(alarm, QUIET_NANOS)); // asleep, and nothing comes: wait for the host
            break;
        }
    }
    if (toHost.length > 0) {
        process.stdout.write(Uint8Array.from(toHost));
        toHost.length = 0;
    }
    if (ended) process.exit(0);
    const quiet = rp2040.core.waiting && fromHost.length === 0;
    if (quiet) {
        const timer = setTimeout(turn, 5);
        wake = () => {
            clearTimeout(timer);
            wake = () => {};
            setImmediate(turn);
        };
    } else {
        setImmediate(turn);
    }
}
turn();
