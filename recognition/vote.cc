#include "recognition/vote.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "ledger/chain/error.h"
#include "recognition/confidence.h"
#include "recognition/upload/plate_fold.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kAlternativesMax = 10;

constexpr std::int64_t kPpm = 1'000'000;

using Weights = std::map<std::string, std::int64_t>;  // whole numbers, so order can't matter

// Many bad looks are no evidence against a good one: a text counts with its confidence's square.
void add_votes(const PlateCandidate& plate, Weights& votes) {
  const auto add = [&](const std::string& text, std::int64_t ppm) {
    votes[text] += ppm * ppm / kPpm;
  };
  add(plate.text, plate.confidence_ppm);
  for (const PlateText& other : plate.alternatives) add(other.text, other.confidence_ppm);
}

// A text as the pivot's places see it: what stands before each of its characters, and instead of
// it. One more place holds what stands at the end.
struct Aligned {
  std::vector<std::string> before;
  std::vector<std::string> instead;
};

// The table of edit distances of all beginnings of `a` and `b`.
std::vector<std::vector<std::size_t>> distances(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t changed = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({changed, table[i - 1][j] + 1, table[i][j - 1] + 1});
    }
  }
  return table;
}

Aligned align(const std::string& text, const std::string& pivot) {
  const auto table = distances(text, pivot);
  Aligned out{std::vector<std::string>(pivot.size() + 1), std::vector<std::string>(pivot.size())};
  std::size_t i = text.size();
  std::size_t j = pivot.size();
  while (i > 0 || j > 0) {
    const std::size_t here = table[i][j];
    if (i > 0 && j > 0 && here == table[i - 1][j - 1] + (text[i - 1] == pivot[j - 1] ? 0 : 1)) {
      out.instead[--j] = text[--i];
    } else if (i > 0 && here == table[i - 1][j] + 1) {
      out.before[j].insert(out.before[j].begin(), text[--i]);
    } else {
      --j;  // the pivot's character is left out
    }
  }
  return out;
}

const std::pair<const std::string, std::int64_t>& heaviest(const Weights& weights) {
  return *std::max_element(weights.begin(), weights.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
}

struct Ballot {
  std::string text;
  std::int64_t weakest_share_ppm = kPpm;  // of the votes that its weakest place won by
};

Ballot count_votes(const std::vector<const PlateCandidate*>& frames) {
  Weights votes;
  for (const PlateCandidate* frame : frames) add_votes(*frame, votes);
  const std::string& pivot = heaviest(votes).first;
  std::vector<Weights> places(2 * pivot.size() + 1);
  std::int64_t all = 0;
  for (const auto& [text, weight] : votes) {
    const Aligned aligned = align(text, pivot);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i][i % 2 == 0 ? aligned.before[i / 2] : aligned.instead[i / 2]] += weight;
    }
    all += weight;
  }
  Ballot ballot;
  for (const Weights& place : places) {
    const auto& [characters, most] = heaviest(place);
    ballot.text += characters;
    if (all > 0) {
      ballot.weakest_share_ppm = std::min(ballot.weakest_share_ppm, most * kPpm / all);
    }
  }
  return ballot;
}

// The surest frames' opinions, each weighted by its own confidence.
struct Pool {
  Weights texts;                      // ppm
  std::int64_t first_confidence = 0;  // mean of their first texts', ppm
};

Pool pool_of(std::vector<const PlateCandidate*> frames) {
  std::sort(frames.begin(), frames.end(), [](const PlateCandidate* a, const PlateCandidate* b) {
    return a->confidence_ppm != b->confidence_ppm ? a->confidence_ppm > b->confidence_ppm
                                                  : a->text < b->text;
  });
  frames.resize(std::min(frames.size(), kPooledFrames));
  Pool pool;
  std::int64_t weights = 0;
  for (const PlateCandidate* frame : frames) {
    const std::int64_t weight = frame->confidence_ppm;
    pool.texts[frame->text] += frame->confidence_ppm * weight;
    for (const PlateText& other : frame->alternatives) {
      pool.texts[other.text] += other.confidence_ppm * weight;
    }
    pool.first_confidence += frame->confidence_ppm * weight;
    weights += weight;
  }
  weights = std::max<std::int64_t>(weights, 1);
  for (auto& [text, sum] : pool.texts) sum /= weights;
  pool.first_confidence /= weights;
  return pool;
}

VehicleColor color_of(const std::vector<const PlateCandidate*>& frames) {
  Weights sums;
  std::int64_t named = 0;
  for (const PlateCandidate* frame : frames) {
    if (frame->color.name == kUnknownColor) continue;
    sums[frame->color.name] += frame->color.confidence_ppm;
    ++named;
  }
  if (named == 0) return {std::string(kUnknownColor), 0};
  const auto& [name, sum] = heaviest(sums);
  return {name, sum / named};
}

float area_of(const std::array<cv::Point2f, 4>& box) {
  const cv::Point2f along = box[1] - box[0];
  const cv::Point2f down = box[3] - box[0];
  return std::abs(along.x * down.y - along.y * down.x);
}

}  // namespace

std::size_t text_distance(std::string_view a, std::string_view b) {
  return distances(fold_plate(a), fold_plate(b)).back().back();
}

std::size_t best_frame(const std::vector<const PlateCandidate*>& frames, std::string_view text) {
  ALPR_CHECK(!frames.empty());
  std::size_t best = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const PlateCandidate& one = *frames[i];
    const PlateCandidate& other = *frames[best];
    const bool says = one.text == text;
    if (says != (other.text == text)) {
      if (says) best = i;
    } else if (one.confidence_ppm != other.confidence_ppm) {
      if (one.confidence_ppm > other.confidence_ppm) best = i;
    } else if (area_of(one.box) > area_of(other.box)) {
      best = i;
    }
  }
  return best;
}

PlateCandidate vote(const std::vector<const PlateCandidate*>& frames) {
  ALPR_CHECK(!frames.empty());
  const Ballot ballot = count_votes(frames);
  const Pool pool = pool_of(frames);
  PlateCandidate out = *frames[best_frame(frames, ballot.text)];
  out.text = ballot.text;
  out.color = color_of(frames);
  const auto given = pool.texts.find(ballot.text);
  // Products of two parts per million stay below 2^63.
  out.confidence_ppm =
      given != pool.texts.end()
          ? given->second
          : std::min(pool.first_confidence * ballot.weakest_share_ppm / kPpm, kSurePpm - 1);
  out.alternatives.clear();
  for (const auto& [text, confidence] : pool.texts) {
    if (text != ballot.text) {
      out.alternatives.push_back({text, std::min(confidence, out.confidence_ppm)});
    }
  }
  std::stable_sort(
      out.alternatives.begin(), out.alternatives.end(),
      [](const PlateText& a, const PlateText& b) { return a.confidence_ppm > b.confidence_ppm; });
  if (out.alternatives.size() > kAlternativesMax) out.alternatives.resize(kAlternativesMax);
  return out;
}

}  // namespace alpr::recognition
