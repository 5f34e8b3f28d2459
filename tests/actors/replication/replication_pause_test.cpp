#include "tests/actors/replication/lone_replication.hpp"

using namespace warmfront;
using warmfront::testing::lone_replication;
using warmfront::testing::third_node;

TEST_CASE("replication: sending pauses while outcomes wait and no peer says anything",
          "[replication]") {
  lone_replication node;
  node.record(1);
  node.pass(milliseconds{200});
  CHECK(node.may_send);
  node.pass(milliseconds{1});
  CHECK_FALSE(node.may_send);
  node.confirm();
  CHECK(node.may_send);
}

TEST_CASE("replication: a slow holder does not pause sending while another peer is heard",
          "[replication]") {
  lone_replication node;
  node.record(1);
  for (int i = 0; i < 10; ++i) {
    node.pass(milliseconds{150});
    node.hear(third_node, replica_frame::known, encode_messages({1, {}}));
    CHECK(node.may_send);
  }
  node.pass(milliseconds{201});
  CHECK_FALSE(node.may_send);
  node.hear(third_node, replica_frame::known, encode_messages({1, {}}));
  CHECK(node.may_send);
}

TEST_CASE("replication: silence is no sign while nothing waits for an answer", "[replication]") {
  lone_replication node;
  node.pass(milliseconds{60'000});
  CHECK(node.may_send);
  node.record(1);
  CHECK(node.may_send);
  node.confirm();
  node.pass(milliseconds{60'000});
  CHECK(node.may_send);
}

TEST_CASE("replication: sending pauses at so many outcomes and goes on at half of them",
          "[replication]") {
  lone_replication node{4};
  node.record(4);
  CHECK(node.may_send);
  node.record(1);
  CHECK_FALSE(node.may_send);
  node.confirm();
  CHECK(node.may_send);
}
