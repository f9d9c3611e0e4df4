#include "api/retries.h"

#include <algorithm>

#include "api/problem.h"
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/hash.h"

namespace alpr::api {
namespace {

bool valid_key(std::string_view key) {
  return !key.empty() && key.size() <= Retries::kKeyMax &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Digest digest_of(const Request& request) {
  const std::string line = request.method + ' ' + request.path + '?' + request.query + '\n' +
                           std::string(request.header("content-type")) + '\n';
  return chain::sha256({as_bytes(line), as_bytes(request.body)});
}

std::optional<Sequence> event_of(const Response& answer) {
  const auto json = chain::parse_canonical(answer.body);
  if (!json || !json->object()) return std::nullopt;
  for (const char* name : {"event", "seq", "query"}) {
    const chain::Json* member = json->member(name);
    if (member != nullptr && member->integer() != nullptr && *member->integer() >= 0)
      return Sequence{static_cast<std::uint64_t>(*member->integer())};
  }
  return std::nullopt;
}

// False: it is in work.
template <typename Person>
bool forget_oldest(Person& person) {
  const auto oldest = person.entries.find(person.by_age.front());
  if (oldest->second.in_work) return false;
  person.entries.erase(oldest);
  person.by_age.pop_front();
  return true;
}

}  // namespace

Retries::First::~First() {
  if (retries_ != nullptr) retries_->forget(person_, key_);
}

void Retries::First::done(const Response& answer, bool repeatable) {
  Retries& retries = *std::exchange(retries_, nullptr);
  const std::lock_guard lock(retries.mutex_);
  const auto person = retries.people_.find(person_);
  if (person == retries.people_.end()) return;
  const auto entry = person->second.entries.find(key_);
  if (entry == person->second.entries.end()) return;
  entry->second.in_work = false;
  if (repeatable && answer.body.size() <= kBodyMax)
    entry->second.answer = answer;
  else
    entry->second.event = event_of(answer);
}

std::variant<Retries::First, Response> Retries::begin(const std::string& person,
                                                      std::string_view key, const Request& request,
                                                      TimeUs now) {
  if (!valid_key(key))
    return problem(400, "Idempotency-Key: 1 to 200 printable characters without a space");
  const Digest digest = digest_of(request);
  const std::lock_guard lock(mutex_);
  if (people_.size() >= kPeopleMax && !people_.contains(person)) {
    for (auto& [name, one] : people_) forget_the_old(one, now);
    std::erase_if(people_, [](const auto& one) { return one.second.entries.empty(); });
  }
  Person& of = people_[person];
  forget_the_old(of, now);
  const auto found = of.entries.find(key);
  if (found != of.entries.end()) {
    if (found->second.request != digest)
      return problem(422, "Idempotency-Key: this key was used for another request");
    return again(found->second);
  }
  while (of.by_age.size() >= kOfOnePersonMax && forget_oldest(of)) {
  }
  std::string name(key);
  of.entries.emplace(name, Entry{digest, now, true, std::nullopt, std::nullopt});
  of.by_age.push_back(name);
  return First(*this, person, std::move(name));
}

Response Retries::again(const Entry& entry) const {
  if (entry.in_work) {
    Response wait = problem(409, "this request is in work: ask again in a second");
    wait.headers.emplace_back("Retry-After", "1");
    return wait;
  }
  if (entry.answer) {
    Response answer = *entry.answer;
    answer.headers.emplace_back("Plateledger-Repeated", "true");
    return answer;
  }
  Problem done{409,
               "done-before",
               "This request was done before",
               "What it gave out is not given out again without a record of its own: the event has "
               "what was done.",
               {},
               entry.event};
  return problem(done);
}

void Retries::forget(const std::string& person, const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto of = people_.find(person);
  if (of == people_.end()) return;
  of->second.entries.erase(key);
  std::erase(of->second.by_age, key);
}

void Retries::forget_the_old(Person& person, TimeUs now) {
  while (!person.by_age.empty()) {
    const Entry& oldest = person.entries.find(person.by_age.front())->second;
    if (now.value - oldest.at.value <= kKeptUs || !forget_oldest(person)) return;
  }
}

}  // namespace alpr::api
