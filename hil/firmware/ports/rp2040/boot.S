/* The first 256 octets of a Pico's flash: the boot ROM copies them to RAM and runs them, if their checksum (hil/boards/uf2.py
   fills it in) is right. They let the flash be read as memory, with the slow read command that every flash has, and go on.
   RP2040 data sheet, 2.8.1 and 4.10. */

    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot, "ax"

    .global cortexm_boot
    .thumb_func
cortexm_boot:
    ldr  r0, =0x18000000    /* the flash's interface, SSI */
    movs r1, #0
    str  r1, [r0, #0x08]    /* SSIENR: off, to be set up */
    movs r2, #4
    str  r2, [r0, #0x14]    /* BAUDR: a fourth of the processor's clock */
    ldr  r2, =0x001F0300
    str  r2, [r0, #0x00]    /* CTRLR0: words of 32 bits, each read by a command of its own */
    str  r1, [r0, #0x04]    /* CTRLR1: one word a read */
    ldr  r3, =0x180000F4
    ldr  r2, =0x03000218
    str  r2, [r3]           /* SPI_CTRLR0: command 03, 8 bits of it, 24 of address */
    movs r1, #1
    str  r1, [r0, #0x08]    /* SSIENR: on */

    ldr  r0, =0x10000100    /* the vectors: stack, then where to begin */
    ldr  r1, =0xE000ED08    /* VTOR */
    str  r0, [r1]
    ldm  r0, {r0, r1}
    msr  msp, r0
    bx   r1

    .ltorg
