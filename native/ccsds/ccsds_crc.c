#include "ccsds_crc.h"

#ifdef CCSDS_CRC_SMALL

/// remainder[k][n]: of a nibble n with k more nibbles after it. One entry of row 0 is n shifted in by the polynomial; row
/// k + 1 is row k with a zero nibble after it.
static const uint16_t remainder[16][16] = {
    {0x0000U, 0x1021U, 0x2042U, 0x3063U, 0x4084U, 0x50A5U, 0x60C6U, 0x70E7U, 0x8108U, 0x9129U, 0xA14AU, 0xB16BU,
     0xC18CU, 0xD1ADU, 0xE1CEU, 0xF1EFU},
    {0x0000U, 0x1231U, 0x2462U, 0x3653U, 0x48C4U, 0x5AF5U, 0x6CA6U, 0x7E97U, 0x9188U, 0x83B9U, 0xB5EAU, 0xA7DBU,
     0xD94CU, 0xCB7DU, 0xFD2EU, 0xEF1FU},
    {0x0000U, 0x3331U, 0x6662U, 0x5553U, 0xCCC4U, 0xFFF5U, 0xAAA6U, 0x9997U, 0x89A9U, 0xBA98U, 0xEFCBU, 0xDCFAU,
     0x456DU, 0x765CU, 0x230FU, 0x103EU},
    {0x0000U, 0x0373U, 0x06E6U, 0x0595U, 0x0DCCU, 0x0EBFU, 0x0B2AU, 0x0859U, 0x1B98U, 0x18EBU, 0x1D7EU, 0x1E0DU,
     0x1654U, 0x1527U, 0x10B2U, 0x13C1U},
    {0x0000U, 0x3730U, 0x6E60U, 0x5950U, 0xDCC0U, 0xEBF0U, 0xB2A0U, 0x8590U, 0xA9A1U, 0x9E91U, 0xC7C1U, 0xF0F1U,
     0x7561U, 0x4251U, 0x1B01U, 0x2C31U},
    {0x0000U, 0x4363U, 0x86C6U, 0xC5A5U, 0x1DADU, 0x5ECEU, 0x9B6BU, 0xD808U, 0x3B5AU, 0x7839U, 0xBD9CU, 0xFEFFU,
     0x26F7U, 0x6594U, 0xA031U, 0xE352U},
    {0x0000U, 0x76B4U, 0xED68U, 0x9BDCU, 0xCAF1U, 0xBC45U, 0x2799U, 0x512DU, 0x85C3U, 0xF377U, 0x68ABU, 0x1E1FU,
     0x4F32U, 0x3986U, 0xA25AU, 0xD4EEU},
    {0x0000U, 0x1BA7U, 0x374EU, 0x2CE9U, 0x6E9CU, 0x753BU, 0x59D2U, 0x4275U, 0xDD38U, 0xC69FU, 0xEA76U, 0xF1D1U,
     0xB3A4U, 0xA803U, 0x84EAU, 0x9F4DU},
    {0x0000U, 0xAA51U, 0x4483U, 0xEED2U, 0x8906U, 0x2357U, 0xCD85U, 0x67D4U, 0x022DU, 0xA87CU, 0x46AEU, 0xECFFU,
     0x8B2BU, 0x217AU, 0xCFA8U, 0x65F9U},
    {0x0000U, 0x045AU, 0x08B4U, 0x0CEEU, 0x1168U, 0x1532U, 0x19DCU, 0x1D86U, 0x22D0U, 0x268AU, 0x2A64U, 0x2E3EU,
     0x33B8U, 0x37E2U, 0x3B0CU, 0x3F56U},
    {0x0000U, 0x45A0U, 0x8B40U, 0xCEE0U, 0x06A1U, 0x4301U, 0x8DE1U, 0xC841U, 0x0D42U, 0x48E2U, 0x8602U, 0xC3A2U,
     0x0BE3U, 0x4E43U, 0x80A3U, 0xC503U},
    {0x0000U, 0x1A84U, 0x3508U, 0x2F8CU, 0x6A10U, 0x7094U, 0x5F18U, 0x459CU, 0xD420U, 0xCEA4U, 0xE128U, 0xFBACU,
     0xBE30U, 0xA4B4U, 0x8B38U, 0x91BCU},
    {0x0000U, 0xB861U, 0x60E3U, 0xD882U, 0xC1C6U, 0x79A7U, 0xA125U, 0x1944U, 0x93ADU, 0x2BCCU, 0xF34EU, 0x4B2FU,
     0x526BU, 0xEA0AU, 0x3288U, 0x8AE9U},
    {0x0000U, 0x377BU, 0x6EF6U, 0x598DU, 0xDDECU, 0xEA97U, 0xB31AU, 0x8461U, 0xABF9U, 0x9C82U, 0xC50FU, 0xF274U,
     0x7615U, 0x416EU, 0x18E3U, 0x2F98U},
    {0x0000U, 0x47D3U, 0x8FA6U, 0xC875U, 0x0F6DU, 0x48BEU, 0x80CBU, 0xC718U, 0x1EDAU, 0x5909U, 0x917CU, 0xD6AFU,
     0x11B7U, 0x5664U, 0x9E11U, 0xD9C2U},
    {0x0000U, 0x3DB4U, 0x7B68U, 0x46DCU, 0xF6D0U, 0xCB64U, 0x8DB8U, 0xB00CU, 0xFD81U, 0xC035U, 0x86E9U, 0xBB5DU,
     0x0B51U, 0x36E5U, 0x7039U, 0x4D8DU},
};

static uint16_t feed_byte(const uint16_t crc, const uint8_t byte)
{
    const uint32_t mixed = ((uint32_t)crc >> 8U) ^ byte;
    return (uint16_t)(((uint32_t)crc << 8U) ^ remainder[1][mixed >> 4U] ^ remainder[0][mixed & 15U]);
}

static uint64_t eight_bytes(const uint8_t* const data)
{
    return ((uint64_t)data[0] << 56U) | ((uint64_t)data[1] << 48U) | ((uint64_t)data[2] << 40U) |
           ((uint64_t)data[3] << 32U) | ((uint64_t)data[4] << 24U) | ((uint64_t)data[5] << 16U) |
           ((uint64_t)data[6] << 8U) | (uint64_t)data[7];
}

/// Sixteen nibbles at once: their remainders do not wait for one another.
static uint16_t feed_eight_bytes(const uint16_t crc, const uint8_t* const data)
{
    const uint64_t word = eight_bytes(data) ^ ((uint64_t)crc << 48U);
    const uint32_t high = (uint32_t)(word >> 32U);
    const uint32_t low  = (uint32_t)word;
    return (uint16_t)((uint32_t)remainder[15][high >> 28U] ^ remainder[14][(high >> 24U) & 15U] ^
                      remainder[13][(high >> 20U) & 15U] ^ remainder[12][(high >> 16U) & 15U] ^
                      remainder[11][(high >> 12U) & 15U] ^ remainder[10][(high >> 8U) & 15U] ^
                      remainder[9][(high >> 4U) & 15U] ^ remainder[8][high & 15U] ^ remainder[7][low >> 28U] ^
                      remainder[6][(low >> 24U) & 15U] ^ remainder[5][(low >> 20U) & 15U] ^
                      remainder[4][(low >> 16U) & 15U] ^ remainder[3][(low >> 12U) & 15U] ^
                      remainder[2][(low >> 8U) & 15U] ^ remainder[1][(low >> 4U) & 15U] ^ remainder[0][low & 15U]);
}

#else

#include "ccsds_crc_table.h"

static uint16_t feed_byte(const uint16_t crc, const uint8_t byte)
{
    return (uint16_t)(((uint32_t)crc << 8U) ^ after[0][((uint32_t)crc >> 8U) ^ byte]);
}

/// Eight octets at once: their remainders do not wait for one another.
static uint16_t feed_eight_bytes(const uint16_t crc, const uint8_t* const data)
{
    return (uint16_t)((uint32_t)after[7][((uint32_t)crc >> 8U) ^ data[0]] ^ after[6][(crc & 0xFFU) ^ data[1]] ^
                      after[5][data[2]] ^ after[4][data[3]] ^ after[3][data[4]] ^ after[2][data[5]] ^
                      after[1][data[6]] ^ after[0][data[7]]);
}

#endif

uint16_t ccsds_crc16(const uint8_t* const data, const size_t size)
{
    uint16_t crc = 0xFFFFU;
    size_t   at  = 0U;
    for (; size - at >= 8U; at += 8U) {
        crc = feed_eight_bytes(crc, &data[at]);
    }
    for (; at < size; at++) {
        crc = feed_byte(crc, data[at]);
    }
    return crc;
}
