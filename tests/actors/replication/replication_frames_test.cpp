#include "tests/actors/replication/lone_replication.hpp"

using namespace warmfront;
using warmfront::testing::lone_replication;

TEST_CASE("replication: copies that come while an answer is awaited go with one frame",
          "[replication]") {
  lone_replication node;
  node.copy(1);
  REQUIRE(node.frames.size() == 1);
  node.copy(2);
  node.copy(3);
  CHECK(node.frames.size() == 1);
  node.keep_oldest();
  CHECK(node.answered.size() == 1);
  REQUIRE(node.frames.size() == 1);
  CHECK(node.frames.front().mails.size() == 5);
  node.keep_oldest();
  CHECK(node.answered.size() == 6);
}

TEST_CASE("replication: an answer that does not come holds up no copies for long",
          "[replication]") {
  lone_replication node;
  node.copy(1);
  node.frames.clear(); // the holder could not read it
  node.copy(1);
  CHECK(node.frames.empty());
  node.pass(milliseconds{500});
  REQUIRE(node.frames.size() == 1);
  node.keep_oldest();
  CHECK(node.answered.size() == 1);
  node.copy(1);
  CHECK(node.frames.size() == 1);
}

TEST_CASE("replication: the copy of a mail that was answered without it is not sent with others",
          "[replication]") {
  lone_replication node;
  node.copy(1);
  node.copy(1);
  node.time.advance(milliseconds{60'000});
  node.pass(milliseconds{1});
  CHECK(node.answered == std::vector<bool>{false, false});
  const auto frames = node.frames.size();
  node.pass(milliseconds{500});
  CHECK(node.frames.size() == frames);
}
