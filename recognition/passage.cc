#include "recognition/passage.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "ledger/chain/error.h"
#include "recognition/confidence.h"
#include "recognition/vote.h"

namespace alpr::recognition {
namespace {

constexpr std::int64_t kNearMs = 700;  // longer unseen, where it is by now is anybody's guess
constexpr float kReach = 1.0F;         // plate lengths off the place where it is expected
constexpr float kReachPerMs = 0.005F;  // more for one seen once, whose speed is not known
constexpr float kGrowthMax = 2.0F;     // of the plate between two sights
constexpr std::size_t kSureApartMax = 2;

cv::Point2f centre_of(const PlateCandidate& plate) {
  return (plate.box[0] + plate.box[1] + plate.box[2] + plate.box[3]) * 0.25F;
}

float length_of(const PlateCandidate& plate) {
  const cv::Point2f along = plate.box[1] - plate.box[0];
  return std::max(1.0F, std::sqrt(along.dot(along)));
}

bool sure(const PlateCandidate& plate) { return plate.confidence_ppm >= kSurePpm; }

bool names(const PlateCandidate& plate, const std::string& text) {
  return std::any_of(plate.alternatives.begin(), plate.alternatives.end(),
                     [&](const PlateText& other) { return other.text == text; });
}

// What is among the other's alternatives is one character away at most.
std::size_t apart(const PlateCandidate& a, const PlateCandidate& b) {
  const std::size_t distance = text_distance(a.text, b.text);
  return names(a, b.text) || names(b, a.text) ? std::min<std::size_t>(distance, 1) : distance;
}

// One text per frame is said once: the surer of two places that read the same.
void drop_repeated(std::vector<PlateCandidate>& plates) {
  std::stable_sort(plates.begin(), plates.end(),
                   [](const PlateCandidate& a, const PlateCandidate& b) {
                     return a.confidence_ppm > b.confidence_ppm;
                   });
  std::vector<PlateCandidate> kept;
  for (PlateCandidate& plate : plates) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const PlateCandidate& other) {
      return other.text == plate.text;
    });
    if (!known) kept.push_back(std::move(plate));
  }
  plates = std::move(kept);
}

bool earlier(const FrameReads& a, const FrameReads& b) {
  return std::tie(a.at_ms, a.frame) < std::tie(b.at_ms, b.frame);
}

}  // namespace

// A read that may be a passage's; smaller fits better.
struct Passages::Pairing {
  int kind = 0;  // 0 the same text, 1 in its place, 2 nearly the same text elsewhere
  std::size_t apart = 0;
  float off = 0;  // plate lengths from where it is expected
  std::size_t passage = 0;
  std::size_t read = 0;
  bool operator<(const Pairing& other) const {
    return std::tie(kind, apart, off, passage, read) <
           std::tie(other.kind, other.apart, other.off, other.passage, other.read);
  }
};

Passages::Passages(const PassageRules& rules) : rules_(rules) {
  ALPR_CHECK(rules.gap_ms >= 0 && rules.late_ms >= 0 && rules.longest_ms >= 0);
}

// How far a read is from where the passage's plate is by now, in plate lengths; nothing where that
// cannot be said, where it is too far, or where the plate can't have grown so.
std::optional<float> Passages::off_place(const std::vector<Sight>& sights, std::int64_t at_ms,
                                         const PlateCandidate& plate) {
  const Sight& last = sights.back();
  const std::int64_t passed = at_ms - last.at_ms;
  const float growth = length_of(plate) / length_of(last.plate);
  if (passed > kNearMs || growth > kGrowthMax || growth < 1 / kGrowthMax) return std::nullopt;
  const auto off = [&](cv::Point2f expected) {
    const cv::Point2f by = centre_of(plate) - expected;
    return std::sqrt(by.dot(by)) / length_of(plate);
  };
  const float unmoved = off(centre_of(last.plate));
  if (sights.size() < 2) {
    const float more = kReachPerMs * static_cast<float>(passed);
    return unmoved <= kReach + more ? std::optional(unmoved) : std::nullopt;
  }
  const Sight& before = sights[sights.size() - 2];
  const auto between = static_cast<float>(std::max<std::int64_t>(1, last.at_ms - before.at_ms));
  const cv::Point2f speed = (centre_of(last.plate) - centre_of(before.plate)) * (1 / between);
  const float moved = off(centre_of(last.plate) + speed * static_cast<float>(passed));
  const float least = std::min(moved, unmoved);
  return least <= kReach ? std::optional(least) : std::nullopt;
}

std::vector<Passages::Pairing> Passages::pairings(const FrameReads& frame) const {
  std::vector<Pairing> found;
  for (std::size_t p = 0; p < open_.size(); ++p) {
    const PlateCandidate& best = open_[p].sights[open_[p].best.front()].plate;
    const PlateCandidate& last = open_[p].sights.back().plate;
    for (std::size_t r = 0; r < frame.plates.size(); ++r) {
      const PlateCandidate& plate = frame.plates[r];
      const std::size_t differs = std::min(apart(plate, best), apart(plate, last));
      const std::optional<float> off = off_place(open_[p].sights, frame.at_ms, plate);
      const bool both_sure = sure(plate) && sure(best);
      const std::size_t half = std::max(plate.text.size(), best.text.size()) / 2;
      const bool same =
          text_distance(plate.text, best.text) == 0 || text_distance(plate.text, last.text) == 0;
      if (same) {
        found.push_back({0, 0, off.value_or(kReach), p, r});
      } else if (off && differs <= (both_sure ? kSureApartMax : half)) {
        found.push_back({1, differs, *off, p, r});
      } else if (differs <= 1 && !both_sure) {
        found.push_back({2, differs, kReach, p, r});
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Passages::take(FrameReads frame) {
  close_over(frame.at_ms);
  drop_repeated(frame.plates);
  std::vector<bool> joined(open_.size());
  std::vector<bool> placed(frame.plates.size());
  const auto add = [&](Open& open, PlateCandidate& plate) {
    add_sight(open, {frame.frame, frame.at_ms, std::move(plate), frame.read_ms});
  };
  for (const Pairing& pairing : pairings(frame)) {
    if (joined[pairing.passage] || placed[pairing.read]) continue;
    joined[pairing.passage] = true;
    placed[pairing.read] = true;
    add(open_[pairing.passage], frame.plates[pairing.read]);
  }
  for (std::size_t r = 0; r < frame.plates.size(); ++r) {
    if (placed[r]) continue;
    if (open_.size() == kOpenMax) {
      const auto unseen =
          std::min_element(open_.begin(), open_.end(), [](const Open& a, const Open& b) {
            return a.sights.back().at_ms < b.sights.back().at_ms;
          });
      close(static_cast<std::size_t>(unseen - open_.begin()));
    }
    open_.emplace_back();
    add(open_.back(), frame.plates[r]);
  }
}

// Keeps the surest sight of each text, and of texts the surest.
void Passages::add_sight(Open& open, Sight sight) {
  open.sights.push_back(std::move(sight));
  const std::size_t added = open.sights.size() - 1;
  const PlateCandidate& plate = open.sights[added].plate;
  const auto known = std::find_if(open.best.begin(), open.best.end(), [&](std::size_t i) {
    return open.sights[i].plate.text == plate.text;
  });
  if (known == open.best.end()) {
    open.best.push_back(added);
  } else if (best_frame({&open.sights[*known].plate, &plate}, plate.text) == 1) {
    *known = added;
  }
  std::stable_sort(open.best.begin(), open.best.end(), [&](std::size_t a, std::size_t b) {
    return open.sights[a].plate.confidence_ppm > open.sights[b].plate.confidence_ppm;
  });
  if (open.best.size() > kPicturesMax) open.best.pop_back();
}

void Passages::close_over(std::int64_t now_ms) {
  for (std::size_t i = open_.size(); i-- > 0;) {
    const Open& open = open_[i];
    const bool unseen = now_ms - open.sights.back().at_ms > rules_.gap_ms;
    const bool long_enough =
        now_ms - open.sights.front().at_ms > rules_.longest_ms || open.sights.size() >= kFramesMax;
    if (unseen || long_enough) close(i);
  }
}

void Passages::close(std::size_t index) {
  const Open& open = open_[index];
  std::vector<const PlateCandidate*> plates;
  Passage passage;
  for (const Sight& sight : open.sights) {
    plates.push_back(&sight.plate);
    passage.frames.push_back(sight.frame);
    passage.read_ms += sight.read_ms;
  }
  passage.plate = vote(plates);
  std::vector<const PlateCandidate*> pictured;
  for (const std::size_t i : open.best) pictured.push_back(plates[i]);
  const Sight& best = open.sights[open.best[best_frame(pictured, passage.plate.text)]];
  passage.best_frame = best.frame;
  passage.plate.box = best.plate.box;
  passage.from_ms = open.sights.front().at_ms;
  passage.until_ms = open.sights.back().at_ms;
  over_.push_back(std::move(passage));
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<Passage> Passages::told() {
  std::vector<Passage> out = std::exchange(over_, {});
  std::sort(out.begin(), out.end(), [](const Passage& a, const Passage& b) {
    return std::tie(a.from_ms, a.frames.front(), a.plate.text) <
           std::tie(b.from_ms, b.frames.front(), b.plate.text);
  });
  return out;
}

std::vector<Passage> Passages::add(FrameReads frame) {
  const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), frame, earlier);
  waiting_.insert(place, std::move(frame));
  const std::int64_t newest = waiting_.back().at_ms;
  while (!waiting_.empty() &&
         (waiting_.size() > kWaitingMax || newest - waiting_.front().at_ms >= rules_.late_ms)) {
    FrameReads first = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    take(std::move(first));
  }
  return told();
}

std::vector<Passage> Passages::finish() {
  for (FrameReads& frame : std::exchange(waiting_, {})) take(std::move(frame));
  while (!open_.empty()) close(open_.size() - 1);
  return told();
}

std::set<std::int64_t> Passages::wanted_pictures() const {
  std::set<std::int64_t> wanted;
  for (const FrameReads& frame : waiting_) {
    if (!frame.plates.empty()) wanted.insert(frame.frame);
  }
  for (const Open& open : open_) {
    for (const std::size_t i : open.best) wanted.insert(open.sights[i].frame);
  }
  return wanted;
}

}  // namespace alpr::recognition
