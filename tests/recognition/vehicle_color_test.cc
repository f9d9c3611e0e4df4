// Proves that the colour of the bodywork around a plate is named, in bright, dim and tinted light,
// and that nothing is named where it cannot be known. Paints cars of one colour with a white plate,
// lamps and a grille.
#include "recognition/vehicle_color.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <opencv2/imgproc.hpp>
#include <string>

#include "recognition/upload/upload_format.h"

namespace alpr::recognition {
namespace {

using Box = std::array<cv::Point2f, 4>;

const Box kCharacters{cv::Point2f(140, 128), cv::Point2f(260, 128), cv::Point2f(260, 176),
                      cv::Point2f(140, 176)};

// 400 x 300: the paint, two lamps, a black grille under the plate, the plate with its characters.
cv::Mat car_of(const cv::Scalar& paint, const cv::Scalar& light = cv::Scalar(1, 1, 1)) {
  cv::Mat car(300, 400, CV_8UC3, paint);
  cv::rectangle(car, {20, 130, 60, 40}, cv::Scalar(40, 30, 170), -1);
  cv::rectangle(car, {320, 130, 60, 40}, cv::Scalar(40, 30, 170), -1);
  cv::rectangle(car, {100, 200, 200, 60}, cv::Scalar(25, 25, 25), -1);
  cv::rectangle(car, {130, 118, 140, 70}, cv::Scalar(215, 215, 215), -1);  // duller than paint
  for (int i = 0; i < 6; ++i)
    cv::rectangle(car, {144 + 20 * i, 136, 8, 32}, cv::Scalar(60, 40, 30), -1);
  cv::multiply(car, light, car);
  cv::Mat noise(car.size(), CV_8UC3);
  cv::RNG random(5);
  random.fill(noise, cv::RNG::UNIFORM, 0, 6);
  return car + noise;
}

struct Painted {
  const char* name;
  cv::Scalar bgr;
};

const std::vector<Painted> kCars{
    {"black", {24, 22, 22}},   {"white", {238, 240, 240}}, {"gray", {120, 118, 116}},
    {"gray", {165, 163, 162}}, {"red", {35, 30, 150}},     {"red", {30, 20, 90}},
    {"blue", {140, 70, 35}},   {"blue", {90, 35, 20}},     {"green", {75, 110, 30}},
    {"brown", {70, 95, 120}},  {"yellow", {30, 190, 235}}};

TEST(VehicleColor, I12_D_1_NamesThePaintAroundThePlate) {
  for (const Painted& car : kCars) {
    const VehicleColor color = vehicle_color(car_of(car.bgr), kCharacters);
    EXPECT_EQ(color.name, car.name) << car.bgr << ' ' << color.confidence_ppm;
    EXPECT_GE(color.confidence_ppm, kColorKnownPpm);
    EXPECT_LE(color.confidence_ppm, 1'000'000);
  }
}

TEST(VehicleColor, ThePlateTellsWhatWhiteIsInThisLight) {
  // Half the light, and the yellow of a street lamp.
  const cv::Scalar dim(0.62, 0.7, 0.74);
  for (const Painted& car : {kCars[1], kCars[0], kCars[4], kCars[6]}) {
    EXPECT_EQ(vehicle_color(car_of(car.bgr, dim), kCharacters).name, car.name) << car.bgr;
  }
}

TEST(VehicleColor, ThePlateItselfDoesNotCount) {
  cv::Mat car = car_of({140, 70, 35});
  cv::rectangle(car, {130, 118, 140, 70}, cv::Scalar(60, 200, 240), 6);  // a yellow frame
  EXPECT_EQ(vehicle_color(car, kCharacters).name, "blue");
}

TEST(VehicleColor, IsUnknownWhereItCannotBeSeen) {
  const cv::Mat car = car_of({140, 70, 35});
  cv::Mat gray;
  cv::cvtColor(car, gray, cv::COLOR_BGR2GRAY);
  EXPECT_EQ(vehicle_color(gray, kCharacters).name, kUnknownColor);
  EXPECT_EQ(vehicle_color(cv::Mat(), kCharacters).name, kUnknownColor);
  EXPECT_EQ(vehicle_color(car * 0.12, kCharacters).name, kUnknownColor);  // night
  // Only the plate is in the picture.
  const cv::Rect plate(132, 120, 136, 64);
  Box inside = kCharacters;
  for (cv::Point2f& corner : inside) corner -= cv::Point2f(plate.tl());
  EXPECT_EQ(vehicle_color(car(plate), inside).name, kUnknownColor);
  // No size, not a number, far outside.
  EXPECT_EQ(vehicle_color(car, Box{}).name, kUnknownColor);
  Box odd = kCharacters;
  odd[0].x = NAN;
  EXPECT_EQ(vehicle_color(car, odd).name, kUnknownColor);
  for (cv::Point2f& corner : inside) corner += cv::Point2f(5000, -9000);
  EXPECT_EQ(vehicle_color(car, inside).name, kUnknownColor);
  for (cv::Point2f& corner : inside) corner *= 1e30F;
  EXPECT_EQ(vehicle_color(car, inside).name, kUnknownColor);
}

TEST(VehicleColor, BetweenTwoNamesItIsUnsure) {
  EXPECT_LT(name_of_color({86, 0, -2}).confidence_ppm, 750'000);   // silver or white
  EXPECT_LT(name_of_color({20, 3, -12}).confidence_ppm, 750'000);  // black or blue
  EXPECT_GT(name_of_color({34, 44, 22}).confidence_ppm, 900'000);
  EXPECT_LT(name_of_color({60, 90, -90}).confidence_ppm, 100'000);  // no paint is like that
}

TEST(VehicleColor, EveryNameIsOneThatAnUploadMayCarry) {
  for (const std::string_view name : kVehicleColors) EXPECT_TRUE(valid_color(name)) << name;
}

}  // namespace
}  // namespace alpr::recognition
