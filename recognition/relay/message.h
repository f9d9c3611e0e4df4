// What other makers' cameras say about plates, in our terms: OpenALPR and Rekor Scout send JSON,
// Genetec's Sharp cameras write XML files.
//
// Taken over: the plate, its alternatives and confidence, the time, the position, the vehicle's
// colour, make and model, one picture of the plate. Everything else that a message says is dropped,
// and counted by its name (I12-D-1). A read without a picture is not taken over: nobody could
// compare the plate with it before a stop (I12-C2A-4).
//
// The parsers are fed by strangers: bounded, no I/O, no globals, any thread. Sources: Rekor Scout,
// "JSON group results" and "JSON plate results"; Genetec, SharpV and SharpZ3 deployment guides,
// "FTP XML template"; formats of the exchange in I12-D-1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "recognition/upload/upload_format.h"

namespace alpr::recognition {

inline constexpr std::size_t kMessageBytesMax = std::size_t{24} << 20;
inline constexpr std::size_t kMessageReadsMax = 64;

// Attributes that were not taken over, by name, e.g. "vehicle.body_type": how often. At most
// kNamesMax names; those after them, and names that are no plain words, count as "other".
class DroppedAttributes {
 public:
  void count(std::string_view name, std::int64_t times = 1);
  void add(const DroppedAttributes& other);
  const std::map<std::string, std::int64_t>& by_name() const { return names_; }
  static constexpr std::size_t kNamesMax = 100;

 private:
  std::map<std::string, std::int64_t> names_;
};

// One plate as the camera's maker reported it.
struct ForeignRead {
  std::string plate;  // normalised
  std::int64_t confidence_ppm = 0;
  TimeUs captured_at;
  std::optional<std::int64_t> latitude_e7;  // degrees x 10^7; nothing: the camera doesn't say
  std::optional<std::int64_t> longitude_e7;
  std::vector<Alternative> alternatives;  // best first, without the plate itself
  std::optional<VehicleAttribute> color, make, model;
  Bytes picture;  // JPEG or PNG, as sent; not looked into yet
};

struct ForeignMessage {
  std::string maker;   // whose format it is: "rekor", "genetec"
  std::string camera;  // what the maker calls the camera: Rekor's camera_id, Genetec's CameraName
  std::vector<ForeignRead> reads;    // may be empty: a heartbeat, or no plate in view
  std::int64_t without_picture = 0;  // reads that were left out because they had none
  std::int64_t without_plate = 0;    // reads whose plate has no letter or digit, or too many
  DroppedAttributes dropped;
};

// By its first character: JSON or XML. kMalformed names the member and never holds a plate;
// kTooLarge for the bounds above.
Result<ForeignMessage> parse_message(std::string_view text);
// alpr_group (version 2), alpr_results and heartbeat. kMalformed for other data types: an
// alpr_alert is another system's match, which is not a hit under the order's lists (I12-C2A1-1).
Result<ForeignMessage> parse_rekor_json(std::string_view text);
// One read a file. The time is UTCDate and UTCTime; a file with the local time alone is kMalformed,
// because its zone is unknown.
Result<ForeignMessage> parse_genetec_xml(std::string_view text);

// The parts that both formats share.
std::optional<std::int64_t> parts_per_million(double percent);        // 0 to 100; nothing outside
std::optional<std::int64_t> degrees_e7(double degrees, double most);  // nothing beyond +-most
// Base64 with line breaks anywhere in it.
Result<Bytes> parse_picture(std::string_view text);
// Adds the read if it has a plate and a picture, else counts it.
void keep(ForeignMessage& message, ForeignRead read, std::string_view plate);

}  // namespace alpr::recognition
