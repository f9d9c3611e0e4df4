#include "recognition/line_network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/dnn.hpp>
#include <string_view>

#include "recognition/rectify.h"
#include "recognition/weights.h"

namespace alpr::recognition {
namespace {

constexpr std::string_view kAlphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr int kBlank = 0;
constexpr float kSurelyBlank = 0.999F;  // such a column only ends a character
constexpr std::size_t kBeamWidth = 16;
constexpr float kCharacterMin = 1e-3F;  // less probable characters of a column are not followed

// How probable it is that the columns so far spell a prefix, by whether they end in a blank.
struct Prefix {
  double blank = 0;
  double character = 0;
  double total() const { return blank + character; }
};
using Beams = std::map<std::string, Prefix>;

void extend(const std::string& text, const Prefix& prefix, const float* column, Beams& next) {
  Prefix& same = next[text];
  same.blank += prefix.total() * static_cast<double>(column[kBlank]);
  for (std::size_t k = 1; k < kAlphabet.size(); ++k) {
    if (column[k] < kCharacterMin) continue;
    const auto p = static_cast<double>(column[k]);
    const char c = kAlphabet[k];
    if (!text.empty() && text.back() == c) {
      same.character += prefix.character * p;
      next[text + c].character += prefix.blank * p;
    } else {
      next[text + c].character += prefix.total() * p;
    }
  }
}

std::vector<std::pair<std::string, Prefix>> best_of(const Beams& beams, std::size_t count) {
  std::vector<std::pair<std::string, Prefix>> sorted(beams.begin(), beams.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.total() != b.second.total() ? a.second.total() > b.second.total()
                                                : a.first < b.first;
  });
  if (sorted.size() > count) sorted.resize(count);
  return sorted;
}

// Mean 0 and deviation 1, as in training: neither light nor contrast matters.
cv::Mat normalized(const cv::Mat& line) {
  constexpr double kDeviationMin = 2;  // below it there is only noise
  constexpr double kLimit = 4;
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(line, mean, deviation);
  const double scale = 1 / std::max(kDeviationMin, deviation[0]);
  cv::Mat out;
  line.convertTo(out, CV_32F, scale, -mean[0] * scale);
  cv::min(out, kLimit, out);
  cv::max(out, -kLimit, out);
  return out;
}

// 1 x classes x 1 x columns of scores to columns x classes of probabilities.
cv::Mat softmax(const cv::Mat& scores) {
  const int classes = scores.size[1];
  const int columns = scores.size[3];
  const cv::Mat flat(classes, columns, CV_32F, const_cast<float*>(scores.ptr<float>()));
  cv::Mat out = flat.t();
  for (int t = 0; t < columns; ++t) {
    float* row = out.ptr<float>(t);
    const float highest = *std::max_element(row, row + classes);
    float sum = 0;
    for (int k = 0; k < classes; ++k) sum += row[k] = std::exp(row[k] - highest);
    for (int k = 0; k < classes; ++k) row[k] /= sum;
  }
  return out;
}

void find_extent(const cv::Mat& probabilities, LineReading& reading) {
  const float pixels = static_cast<float>(kLineWidth) / static_cast<float>(probabilities.rows);
  int first = -1;
  int last = -1;
  for (int t = 0; t < probabilities.rows; ++t) {
    if (probabilities.at<float>(t, kBlank) > 0.5F) continue;
    if (first < 0) first = t;
    last = t;
  }
  if (first < 0) return;
  // A character fires near its middle, and is about two columns to either side of it.
  reading.start_x = std::max(0.0F, (static_cast<float>(first) - 1.0F) * pixels);
  reading.end_x = std::min<float>(kLineWidth, (static_cast<float>(last) + 2.0F) * pixels);
}

}  // namespace

struct LineNetwork::Net {
  cv::dnn::Net net;
};

LineNetwork::LineNetwork(std::unique_ptr<Net> net) : net_(std::move(net)) {}
LineNetwork::LineNetwork(LineNetwork&&) noexcept = default;
LineNetwork& LineNetwork::operator=(LineNetwork&&) noexcept = default;
LineNetwork::~LineNetwork() = default;

Result<LineNetwork> LineNetwork::load() {
  try {
    auto net = std::make_unique<Net>();
    const BytesView weights = line_reader_weights();
    net->net =
        cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(weights.data()), weights.size());
    net->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    return LineNetwork(std::move(net));
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kCorrupt, "the line reader's weights: " + error.err);
  }
}

Result<LineReading> LineNetwork::read(const cv::Mat& line) {
  if (line.type() != CV_8UC1 || line.rows != kLineHeight || line.cols != kLineWidth) {
    return fail(ErrorCode::kMalformed, "the line reader needs a gray line image");
  }
  try {
    net_->net.setInput(cv::dnn::blobFromImage(normalized(line)));
    const cv::Mat probabilities = softmax(net_->net.forward());
    LineReading reading;
    reading.texts = decode_ctc(probabilities);
    find_extent(probabilities, reading);
    return reading;
  } catch (const cv::Exception& error) {
    return fail(ErrorCode::kMalformed, "the line reader: " + error.err);
  }
}

std::vector<LineText> decode_ctc(const cv::Mat& probabilities) {
  ALPR_CHECK(probabilities.type() == CV_32F &&
             probabilities.cols == static_cast<int>(kAlphabet.size()));
  Beams beams;
  beams[""] = Prefix{1, 0};
  for (int t = 0; t < probabilities.rows; ++t) {
    if (probabilities.at<float>(t, kBlank) > kSurelyBlank) {
      for (auto& [text, prefix] : beams) prefix = Prefix{prefix.total(), 0};
      continue;
    }
    Beams next;
    for (const auto& [text, prefix] : best_of(beams, kBeamWidth)) {
      extend(text, prefix, probabilities.ptr<float>(t), next);
    }
    beams = std::move(next);
  }
  std::vector<LineText> texts;
  for (const auto& [text, prefix] : best_of(beams, kBeamsMax)) {
    texts.push_back({text, std::min(1.0, prefix.total())});
  }
  return texts;
}

}  // namespace alpr::recognition
