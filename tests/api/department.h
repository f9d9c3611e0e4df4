// A small department with its server on loopback: a fresh store in a temporary folder, a simulated
// clock, cheap password hashes, real HTTPS, and people who do everything through the API.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http_server/http_server.h"
#include "ledger/chain/keys.h"
#include "ledger/store/store.h"
#include "recognition/upload/upload_format.h"
#include "tests/api/client.h"

namespace alpr::store {
class SimulatedClock;
}

namespace alpr::api {
class Api;
class Cosigners;
class Endpoints;
struct ApiSettings;
class Service;
}  // namespace alpr::api

namespace alpr::api::testing {

inline constexpr std::string_view kOrigin = "test.plateledger.example/alpr";
inline constexpr std::string_view kDepartment = "Test Police Department";
inline constexpr std::string_view kPassword = "a long enough pass phrase 7";
inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
inline constexpr std::int64_t kHourUs = 60 * kMinuteUs;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;

// Holders of the first commit.
inline constexpr const char* kIt = "ito";
inline constexpr const char* kChief = "cdeputy";
inline constexpr const char* kAdmin = "badmin";
inline constexpr const char* kTrainer = "ttrain";

// 256 MiB at most, and never short of disk.
store::StoreSettings small_store();

// Where nothing is said, a helper that fails adds a test failure and goes on.
class Department {
 public:
  // Makes the log; the first holders have taken their accounts. Throws std::runtime_error where
  // that fails.
  explicit Department(store::StoreSettings store = small_store());
  ~Department();
  Department(const Department&) = delete;
  Department& operator=(const Department&) = delete;

  // What a test program does with each department before it ends; nothing where none is set. Not
  // for one whose test wrote events past the rules, and says so.
  static std::function<void(Department&)>& at_end();
  void forges() { honest_ = false; }

  // ---- time and log ----
  TimeUs now() const;
  void advance(std::int64_t us);
  void step_clock(std::int64_t us);  // as if somebody had set the wall clock
  void tick();                       // the housekeeping that `serve` does every 30 s
  void restart();                    // as after a stop of the process: everybody is logged out
  // As if somebody had put another folder in the store's place while nothing ran.
  void replace_store(const std::filesystem::path& other);
  void use_witness_policy(const std::string& text);  // from here on, after a restart
  // Changes the settings that it serves with from here on, after a restart.
  void use_settings(std::function<void(ApiSettings&)> change);
  Cosigners& cosigners() { return *cosigners_; }  // where there is a policy
  std::uint64_t size() const;
  std::string kind(std::int64_t seq) const;  // of an event
  std::vector<std::string> kinds_since(std::uint64_t size) const;
  Service& service() { return *service_; }
  const Endpoints& endpoints() const;
  const std::string& url() const { return url_; }
  std::filesystem::path certificate() const;
  const std::string& vkey() const { return vkey_; }  // as `init` printed it
  const std::filesystem::path& folder() const { return folder_; }

  // ---- people ----
  Client& stranger() { return *stranger_; }  // without a token
  Client& as(const std::string& username);   // logged in, again where the session has ended
  Reply log_in(const std::string& username, std::string_view password = kPassword);
  void enrol(const std::string& username, const std::string& name,
             const std::string& user_class = "SWORN");
  void train(const std::string& username);
  void give_role(const std::string& username, const std::string& role);
  void officer(const std::string& username);  // enrolled and trained, sworn

  // ---- devices ----
  void enrol_device(const std::string& device, const std::string& kind = "FIXED");
  const chain::SigningKey& device_key(const std::string& device) const { return keys_.at(device); }
  // A new key, made from `seed`; batches are signed with it from here on.
  void rekey_device(const std::string& device, const std::string& seed);
  // The body of a signed batch, one read and one picture per plate; an unknown device signs with a
  // key of its own. `padding` makes each picture longer; `local_hits` are of the first read.
  std::string batch(const std::string& device, std::uint64_t number,
                    const std::vector<std::string>& plates, const std::string& padding = "",
                    const std::vector<recognition::LocalHit>& local_hits = {});
  Reply upload(const std::string& device, const std::string& body);
  void read_confidence(std::int64_t ppm) { confidence_ppm_ = ppm; }  // of batches from here on
  // The seqs of its reads.
  std::vector<std::int64_t> reads(const std::string& device, std::uint64_t number,
                                  const std::vector<std::string>& plates);

  // ---- what officers do ----
  chain::Json grounds(const std::string& case_number = "26-000123") const;
  Reply query(const std::string& username, const std::string& plate,
              const std::optional<chain::Json>& grounds = std::nullopt);
  Reply load_list(const std::string& username, const std::string& source, const std::string& csv);

 private:
  void make_log();
  void start();
  void stop();

  bool honest_ = true;
  store::StoreSettings store_settings_;
  std::filesystem::path folder_;
  std::shared_ptr<store::SimulatedClock> clock_;
  std::unique_ptr<Service> service_;
  std::int64_t confidence_ppm_ = 900'000;
  std::string witness_policy_;
  std::function<void(ApiSettings&)> settings_;
  std::unique_ptr<Cosigners> cosigners_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> server_;
  std::string url_;
  std::string vkey_;
  std::unique_ptr<Client> stranger_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::map<std::string, TimeUs> used_;
  std::map<std::string, chain::SigningKey> keys_;
  std::map<std::string, std::string> codes_;  // of the first holders
};

// The reads that a query disclosed, in order.
std::vector<std::int64_t> disclosed(const Reply& reply);
// A general list with these rows "PLATE,CATEGORY".
std::string csv_list(const std::vector<std::string>& rows);
// A picture of one pixel, different for each tag.
std::string png(const std::string& tag);

}  // namespace alpr::api::testing
