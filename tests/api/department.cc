#include "tests/api/department.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "api/api.h"
#include "api/cosigners.h"
#include "api/init.h"
#include "api/tls_certificate.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/clock.h"
#include "policy/registers/hotlist_csv.h"

namespace alpr::api::testing {

using chain::Json;

namespace {

// A real one-pixel picture, whole; what comes after its IEND chunk tells two pictures apart.
constexpr std::array<unsigned char, 67> kPixel{
    0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 'I',  'H',
    'D',  'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 'I',  'D',  'A',  'T',  0x78,
    0x9c, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0x48, 0xaf, 0xa4, 0x71, 0x00,
    0x00, 0x00, 0x00, 'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

template <typename T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

}  // namespace

store::StoreSettings small_store() {
  store::StoreSettings settings;
  settings.map_size = 1ULL << 28;
  settings.ballast_bytes = 4096;
  settings.disk_free_percent = [] { return 50U; };
  return settings;
}

Department::Department(store::StoreSettings store) : store_settings_(std::move(store)) {
  std::string name = (std::filesystem::temp_directory_path() / "plateledger-api-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder could be made");
  folder_ = name;
  clock_ = std::make_shared<store::SimulatedClock>(need(chain::parse_time("2026-03-02T08:00:00Z")));
  make_log();
  start();
  for (const auto& [username, code] : codes_) {
    const Reply taken =
        stranger().post("/v1/activations", object({{"username", username},
                                                   {"codes", Json::Array{code}},
                                                   {"password", std::string(kPassword)}}));
    if (taken.status != 201) throw std::runtime_error("activation: " + taken.error + taken.body);
  }
}

std::function<void(Department&)>& Department::at_end() {
  static std::function<void(Department&)> hook;
  return hook;
}

Department::~Department() {
  if (service_ && honest_ && at_end()) at_end()(*this);
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Department::make_log() {
  using policy::Role;
  using policy::UserClass;
  const NewLog log{std::string(kOrigin),
                   std::string(kDepartment),
                   {{Role::kItUnit, kIt, "Ines Torres", UserClass::kSworn},
                    {Role::kChiefDesignee, kChief, "Carol Deputy", UserClass::kSworn},
                    {Role::kAdministrator, kAdmin, "Bernard Admin", UserClass::kSworn},
                    {Role::kTrainingSection, kTrainer, "Tara Train", UserClass::kSworn}},
                   true};
  const MadeLog made =
      need(api::make_log(store::default_places(folder_ / "store"), log, clock_, store_settings_));
  vkey_ = made.vkey;
  for (const MadeLog::Code& code : made.codes) codes_[code.username] = code.code;
  need(
      make_certificate(certificate(), folder_ / "key.pem", {"127.0.0.1"}).map([] { return true; }));
}

void Department::start() {
  service_ =
      need(Service::start(store::default_places(folder_ / "store"), clock_, store_settings_));
  ApiSettings settings;
  settings.origin = std::string(kOrigin);
  settings.passwords.cost = HashCost::kTest;
  settings.backup_folder = folder_ / "backups";
  settings.fair_share = {.in_work_max = 64, .requests_a_second = 1e6, .burst = 1e6};
  if (settings_) settings_(settings);
  if (!witness_policy_.empty()) cosigners_ = need(Cosigners::open(*service_, witness_policy_));
  api_ = std::make_unique<Api>(*service_, settings, cosigners_.get());
  HttpSettings http;
  http.stream_heartbeat = std::chrono::hours(1);  // nothing is sent because time passed
  http.certificate = certificate();
  http.private_key = folder_ / "key.pem";
  server_ = std::make_unique<HttpServer>(
      http, [this](const Request& head) { return api_->admit(head); },
      [this](const Request& request) { return api_->handle(request); },
      [](int status, std::string_view detail) { return problem(status, detail); });
  url_ = "https://127.0.0.1:" + std::to_string(server_->port());
  stranger_ = std::make_unique<Client>(url_, certificate());
}

void Department::stop() {
  clients_.clear();
  stranger_.reset();
  server_.reset();
  api_.reset();
  cosigners_.reset();
  service_.reset();
}

void Department::restart() {
  stop();
  start();
}

void Department::replace_store(const std::filesystem::path& other) {
  stop();
  std::filesystem::remove_all(folder_ / "store");
  std::filesystem::rename(other, folder_ / "store");
  start();
}

void Department::use_witness_policy(const std::string& text) {
  witness_policy_ = text;
  restart();
}

void Department::use_settings(std::function<void(ApiSettings&)> change) {
  settings_ = std::move(change);
  restart();
}

std::filesystem::path Department::certificate() const { return folder_ / "certificate.pem"; }
TimeUs Department::now() const { return clock_->now(); }
void Department::advance(std::int64_t us) { clock_->advance(us); }
void Department::step_clock(std::int64_t us) { clock_->step(us); }
std::uint64_t Department::size() const { return service_->store().size(); }
const Endpoints& Department::endpoints() const { return api_->endpoints(); }

void Department::tick() {
  const auto done = api_->tick();
  EXPECT_TRUE(done.has_value()) << (done ? "" : done.error().detail);
}

std::string Department::kind(std::int64_t seq) const {
  const auto header = service_->store().header(Sequence{static_cast<std::uint64_t>(seq)});
  if (!header) return "none";
  const chain::Kind* kind = service_->store().kinds().find(header->kind);
  return kind ? std::string(kind->name) : "unknown";
}

std::vector<std::string> Department::kinds_since(std::uint64_t from) const {
  std::vector<std::string> kinds;
  for (std::uint64_t seq = from; seq < size(); ++seq)
    kinds.push_back(kind(static_cast<std::int64_t>(seq)));
  return kinds;
}

Reply Department::log_in(const std::string& username, std::string_view password) {
  return stranger().post("/v1/sessions",
                         object({{"username", username}, {"password", std::string(password)}}));
}

Client& Department::as(const std::string& username) {
  std::unique_ptr<Client>& client = clients_[username];
  const bool idle = now().value - used_[username].value >= 30 * kMinuteUs;
  used_[username] = now();
  if (client && !idle) return *client;
  const Reply session = log_in(username);
  EXPECT_EQ(session.status, 201) << username << ": " << session.error << session.body;
  client = std::make_unique<Client>(url_, certificate());
  client->use_token(session.text("token"));
  return *client;
}

void Department::enrol(const std::string& username, const std::string& name,
                       const std::string& user_class) {
  const std::string organisation =
      user_class == "AUDITOR" ? "Privacy Advisory Commission" : std::string(kDepartment);
  const Reply half_a = as(kIt).post("/v1/users", object({{"username", username},
                                                         {"name", name},
                                                         {"user_class", user_class},
                                                         {"organisation", organisation}}));
  EXPECT_EQ(half_a.status, 201) << half_a.body;
  const Reply half_b = as(kChief).post("/v1/users/" + username + "/confirmation", object({}));
  EXPECT_EQ(half_b.status, 201) << half_b.body;
  const Reply taken = stranger().post(
      "/v1/activations", object({{"username", username},
                                 {"codes", Json::Array{half_a.text("code"), half_b.text("code")}},
                                 {"password", std::string(kPassword)}}));
  EXPECT_EQ(taken.status, 201) << taken.body;
}

void Department::train(const std::string& username) {
  const Json::Array topics{"LAW",          "POLICY",  "EQUIPMENT",          "ACCESSING_DATA",
                           "SAFEGUARDING", "SHARING", "REPORTING_BREACHES", "POST_BREACH"};
  const Reply reply = as(kTrainer).post("/v1/trainings", object({{"username", username},
                                                                 {"course", "ALPR"},
                                                                 {"version", "1"},
                                                                 {"completed_on", num(now().value)},
                                                                 {"topics", topics}}));
  EXPECT_EQ(reply.status, 201) << reply.body;
}

void Department::give_role(const std::string& username, const std::string& role) {
  const Reply asked =
      as(kChief).post("/v1/role-grants", object({{"username", username},
                                                 {"role", role},
                                                 {"from", num(now().value)},
                                                 {"justification", "assigned to the unit"}}));
  EXPECT_EQ(asked.status, 201) << asked.body;
  const Reply granted =
      as(kAdmin).post("/v1/role-grants/" + std::to_string(asked.number("seq")) + "/decision",
                      object({{"verdict", "APPROVE"}, {"reason", "needed"}}));
  EXPECT_EQ(granted.status, 201) << granted.body;
}

void Department::officer(const std::string& username) {
  enrol(username, "Officer " + username);
  train(username);
}

void Department::enrol_device(const std::string& device, const std::string& kind) {
  const chain::SigningKey& key =
      keys_.emplace(device, chain::SigningKey::from_seed(chain::sha256(as_bytes(device))))
          .first->second;
  const Reply reply =
      as(kAdmin).post("/v1/devices", object({{"device", device},
                                             {"kind", kind},
                                             {"mount_class", "pole"},
                                             {"location_class", "PUBLIC_RIGHT_OF_WAY"},
                                             {"place", "Broadway at 14th"},
                                             {"lat_e7", num(378'043'000)},
                                             {"lon_e7", num(-1'222'711'000)},
                                             {"police_area", "1"},
                                             {"public_key", chain::hex(key.public_key())}}));
  EXPECT_EQ(reply.status, 201) << reply.body;
}

void Department::rekey_device(const std::string& device, const std::string& seed) {
  keys_.erase(device);
  const chain::SigningKey& key =
      keys_.emplace(device, chain::SigningKey::from_seed(chain::sha256(as_bytes(seed))))
          .first->second;
  const Reply reply = as(kAdmin).post(
      "/v1/devices/" + device + "/key",
      object({{"public_key", chain::hex(key.public_key())}, {"reason", "the old one was copied"}}));
  EXPECT_EQ(reply.status, 201) << reply.body;
}

std::string Department::batch(const std::string& device, std::uint64_t number,
                              const std::vector<std::string>& plates, const std::string& padding,
                              const std::vector<recognition::LocalHit>& local_hits) {
  recognition::UploadBatch batch;
  batch.origin = std::string(kOrigin);
  batch.device = device;
  batch.batch = number;
  std::vector<std::string> pictures;
  for (const std::string& plate : plates) {
    const auto twin = std::count_if(batch.reads.begin(), batch.reads.end(),
                                    [&](const auto& r) { return r.facts.plate == plate; });
    std::string tag = device + "/" + std::to_string(number) + "/" + plate;
    if (twin > 0) tag += "/" + std::to_string(twin);
    pictures.push_back(png(tag) + padding);
    recognition::SignedRead read;
    read.salt = chain::sha256(as_bytes(tag));
    read.facts.plate = plate;
    read.facts.confidence_ppm = confidence_ppm_;
    read.facts.captured_at = {now().value - 2 * kSecondUs};
    read.facts.latitude_e7 = 378'043'000;
    read.facts.longitude_e7 = -1'222'711'000;
    read.facts.place = "Broadway at 14th";
    read.facts.box = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
    read.facts.image_sha256 = chain::sha256(as_bytes(pictures.back()));
    read.facts.image_bytes = static_cast<std::int64_t>(pictures.back().size());
    read.facts.image_type = "image/png";
    if (batch.reads.empty()) read.facts.local_hits = local_hits;
    batch.reads.push_back(read);
  }
  const auto key = keys_.find(device);
  const chain::SigningKey stray =
      chain::SigningKey::from_seed(chain::sha256(as_bytes("not enrolled")));
  const auto signed_batch =
      recognition::sign_upload(batch, key == keys_.end() ? stray : key->second);
  EXPECT_TRUE(signed_batch.has_value());
  std::vector<BytesView> images;
  for (const std::string& picture : pictures) images.push_back(as_bytes(picture));
  const auto body = recognition::encode_upload(batch, images, {.image_bytes_max = 64 << 20});
  EXPECT_TRUE(body.has_value());
  return body ? std::string(as_text(*body)) : "";
}

Reply Department::upload(const std::string& device, const std::string& body) {
  return stranger().send("POST", "/v1/reads",
                         {"Content-Type: " + std::string(recognition::kUploadContentType),
                          "Authorization: Device " + device},
                         body);
}

std::vector<std::int64_t> Department::reads(const std::string& device, std::uint64_t number,
                                            const std::vector<std::string>& plates) {
  const Reply reply = upload(device, batch(device, number, plates));
  EXPECT_EQ(reply.status, 201) << reply.error << reply.body;
  std::vector<std::int64_t> seqs;
  const Json* listed = reply.json.member("reads");
  if (listed && listed->array())
    for (const Json& one : *listed->array()) seqs.push_back(*one.integer());
  EXPECT_EQ(seqs.size(), plates.size());
  seqs.resize(plates.size());
  return seqs;
}

Json Department::grounds(const std::string& case_number) const {
  return object(
      {{"purpose", "VIOLENT_CRIME"},
       {"legal_standard", "REASONABLE_SUSPICION"},
       {"facts", "a witness described the car leaving the scene"},
       {"right_to_know", object({{"basis", "STATUTE"}, {"citation", "Civ. Code 1798.90.51"}})},
       {"need_to_know", "assigned investigator"},
       {"case_number", case_number},
       {"narrative", "locate the vehicle that the witness described"},
       {"attestations", object({{"not_personal", true},
                                {"not_harassment", true},
                                {"not_protected_characteristic", true},
                                {"not_first_amendment", true},
                                {"not_reproductive_care", true},
                                {"not_immigration_enforcement", true}})}});
}

Reply Department::query(const std::string& username, const std::string& plate,
                        const std::optional<Json>& given) {
  return as(username).post("/v1/queries", object({{"elements", object({{"plate", plate}})},
                                                  {"grounds", given.value_or(grounds())}}));
}

Reply Department::load_list(const std::string& username, const std::string& source,
                            const std::string& csv) {
  const std::string source_time = chain::format_time({now().value - kHourUs});
  return as(username).send("POST", "/v1/hot-lists/" + source + "?source_time=" + source_time,
                           {"Content-Type: text/csv"}, csv);
}

std::vector<std::int64_t> disclosed(const Reply& reply) {
  std::vector<std::int64_t> reads;
  const Json* results = reply.json.member("results");
  if (!results || !results->array()) return reads;
  for (const Json& one : *results->array()) reads.push_back(*one.member("read")->integer());
  return reads;
}

std::string csv_list(const std::vector<std::string>& rows) {
  std::string file = std::string(policy::kHotlistHeader) + "\r\n";
  for (const std::string& row : rows) {
    const std::size_t comma = row.find(',');
    file += row.substr(0, comma) + ",,," + row.substr(comma + 1) + ",,,,,,,,,,,,,\r\n";
  }
  return file;
}

std::string png(const std::string& tag) { return std::string(kPixel.begin(), kPixel.end()) + tag; }

}  // namespace alpr::api::testing
