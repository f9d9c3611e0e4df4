// The demonstration's state: a simulated department, its server and its people. Chapters are
// functions over it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/demo/client.h"
#include "api/http_server/http_server.h"
#include "api/init.h"

namespace alpr::api {

struct Person {
  std::string username;
  std::string name;
  std::string password;
};

struct Story {
  std::filesystem::path folder;  // of everything: store, photos, copies
  std::filesystem::path store;
  std::shared_ptr<store::SimulatedClock> clock;
  MadeLog log;
  std::unique_ptr<Service> service;
  std::unique_ptr<Api> api;
  std::unique_ptr<HttpServer> server;
  std::string url;
  std::map<std::string, Person> people;                    // by username
  std::map<std::string, std::unique_ptr<Client>> clients;  // logged in
  std::filesystem::path reader, photographer, verifier;    // the other programs

  // What later chapters speak of.
  std::string stolen_plate, witness_plate, held_plate, other_plate;
  std::int64_t hit = 0, held_read = 0, other_read = 0, other_query = 0, query = 0, entry = 0,
               tombstone = 0;
  std::vector<std::string> passing_plates;  // that no permanent record names

  Client& as(const std::string& username);  // logs in when that is needed
  void start_server();
};

// A step that must be answered with this status; throws StoryBroken otherwise.
Answer expect(int status, Answer answer, std::string_view what);
chain::Json object(std::initializer_list<std::pair<std::string, chain::Json>> members);

// Prints.
void chapter(const Story& story, std::string_view title);
void say(const std::string& line);

// Renders a street photo of each plate, reads them with the real recogniser and uploads them as
// device `cam-1`. Returns the seqs of the reads, by plate as it was read.
void upload_photos(Story& story, const std::vector<std::string>& plates, std::uint64_t seed);
// The grounds of a good query, for a case.
chain::Json grounds(const std::string& case_number);
Answer query(Story& story, const std::string& username, const std::string& plate,
             const chain::Json& grounds);

// In order.
void chapter_people(Story& story);
void chapter_street(Story& story);
void chapter_hit(Story& story);
void chapter_queries(Story& story);
void chapter_entry(Story& story);
void chapter_hold(Story& story);
void chapter_month(Story& story);
void chapter_gone(Story& story);
void chapter_verify(Story& story);
void chapter_tampering(Story& story);

}  // namespace alpr::api
