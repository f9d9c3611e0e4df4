// Hex, base64 and big-endian integers. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

std::string hex(BytesView bytes);                        // lower case
void write_hex(std::string& out, BytesView bytes);       // the same at the end of `out`
Result<Bytes> parse_hex(std::string_view text);          // lower case only, even length
Result<Digest> parse_digest_hex(std::string_view text);  // exactly 64 lower-case digits

std::string base64(BytesView bytes);  // standard alphabet, padded
Result<Bytes> parse_base64(
    std::string_view text);  // strict: canonical padding, no white space, zero trailing bits

// Decimal without sign and without leading zeros (but "0"); at most 2^63-1. As in C2SP notes.
std::string decimal(std::uint64_t value);
Result<std::uint64_t> parse_decimal(std::string_view text);

void put_be16(Bytes& out, std::uint16_t value);
void put_be32(Bytes& out, std::uint32_t value);
void put_be64(Bytes& out, std::uint64_t value);
std::uint16_t get_be16(const std::uint8_t* from);
std::uint32_t get_be32(const std::uint8_t* from);
std::uint64_t get_be64(const std::uint8_t* from);

// "2026-11-23T10:00:00.000000Z"; microseconds always shown. Outside the years 1970 to 9999 (a
// hostile header may say so) "<n> us since 1970".
std::string format_time(TimeUs time);
// RFC 3339 with upper-case T and Z or a numeric offset, up to 6 fractional digits, no leap second,
// years 1970 to 9999.
Result<TimeUs> parse_time(std::string_view text);

}  // namespace alpr::chain
