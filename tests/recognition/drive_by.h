// Videos of drawn cars that pass, for tests. Any thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <string>
#include <vector>

#include "recognition/image.h"
#include "recognition/render.h"

namespace alpr::recognition {

inline constexpr double kFramesPerSecond = 10;

// A drawn car that comes nearer and to the right; after `seen` frames an empty street.
inline std::vector<cv::Mat> drive_by(const std::string& plate, std::uint64_t seed, int seen,
                                     int empty) {
  const cv::Mat still = decode_image(render_street_photo(plate, seed).value()).value();
  std::vector<cv::Mat> frames;
  for (int i = 0; i < seen; ++i) {
    const double nearer = 0.8 + 0.03 * i;
    const cv::Matx23d move(nearer, 0, 60.0 + 8.0 * i - 96, 0, nearer, 40.0 - 10.0 * i);
    cv::Mat frame;
    cv::warpAffine(still, frame, move, still.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    frames.push_back(frame);
  }
  frames.insert(frames.end(), static_cast<std::size_t>(empty),
                cv::Mat(still.size(), CV_8UC3, cv::Scalar(110, 112, 115)));
  return frames;
}

inline void write_video(const std::filesystem::path& path, const std::vector<cv::Mat>& frames) {
  cv::VideoWriter writer(path.string(), cv::CAP_OPENCV_MJPEG,
                         cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), kFramesPerSecond,
                         frames.front().size());
  ASSERT_TRUE(writer.isOpened());
  for (const cv::Mat& frame : frames) writer.write(frame);
}

}  // namespace alpr::recognition
