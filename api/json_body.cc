#include "api/json_body.h"

#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <vector>

namespace alpr::api {

namespace {

namespace json = boost::json;
using chain::Json;

constexpr std::size_t kDepthMax = 16;

// Builds a chain::Json from the parser's events. A handler that returns false stops the parse.
class Builder {
 public:
  static constexpr std::size_t max_object_size = 4096;
  static constexpr std::size_t max_array_size = 65536;
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = 1 << 26;
  using error_code = json::error_code;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code& e) { return open(Json(Json::Object{}), e); }
  bool on_object_end(std::size_t, error_code& e) { return close(e); }
  bool on_array_begin(error_code& e) { return open(Json(Json::Array{}), e); }
  bool on_array_end(std::size_t, error_code& e) { return close(e); }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& e) {
    text_.append(part.data(), part.size());
    Frame& frame = frames_.back();
    for (const auto& [name, value] : frame.object)
      if (name == text_) return stop("member '" + text_ + "' is given twice", e);
    frame.object.emplace_back(std::exchange(text_, {}), Json());
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, error_code& e) {
    text_.append(part.data(), part.size());
    return add(Json(std::exchange(text_, {})), e);
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, error_code& e) {
    if (value > chain::kIntegerMax || value < -chain::kIntegerMax)
      return stop("an integer is beyond 2^53-1; send it as a string", e);
    return add(Json(value), e);
  }
  bool on_uint64(std::uint64_t, json::string_view, error_code& e) {
    return stop("an integer is beyond 2^53-1; send it as a string", e);
  }
  bool on_double(double, json::string_view, error_code& e) {
    return stop("numbers are whole here: no fraction and no exponent", e);
  }
  bool on_bool(bool value, error_code& e) { return add(Json(value), e); }
  bool on_null(error_code& e) { return stop("null is not used: leave the member out", e); }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

  Json take() { return std::move(root_); }
  const std::string& complaint() const { return complaint_; }

 private:
  struct Frame {
    bool is_object = false;
    Json::Object object;
    Json::Array array;
  };

  bool stop(std::string what, error_code& e) {
    complaint_ = std::move(what);
    e = json::error::syntax;
    return false;
  }
  bool open(const Json& kind, error_code& e) {
    if (frames_.size() >= kDepthMax) return stop("nested too deeply", e);
    frames_.push_back({kind.object() != nullptr, {}, {}});
    return true;
  }
  bool close(error_code& e) {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    return add(frame.is_object ? Json(std::move(frame.object)) : Json(std::move(frame.array)), e);
  }
  bool add(Json value, error_code&) {
    if (frames_.empty()) {
      root_ = std::move(value);
    } else if (frames_.back().is_object) {
      frames_.back().object.back().second = std::move(value);
    } else {
      frames_.back().array.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Frame> frames_;
  std::string text_;
  Json root_;
  std::string complaint_;
};

}  // namespace

Result<chain::Json> parse_body(std::string_view body) {
  json::basic_parser<Builder> parser{json::parse_options{}};
  json::error_code error;
  const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
  if (error || used != body.size() || !parser.done()) {
    const std::string& complaint = parser.handler().complaint();
    return fail(ErrorCode::kMalformed,
                "body is not JSON as this API takes it, at byte " + std::to_string(used) + ": " +
                    (complaint.empty() ? (error ? error.message() : "incomplete or trailing bytes")
                                       : complaint));
  }
  return parser.handler().take();
}

}  // namespace alpr::api
