// An authority of its own for a test, its nodes' certificates in files.
#pragma once

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "net/tls/certificate_authority.hpp"
#include "net/tls/peer_context.hpp"
#include "tests/net/tls/test_certificate.hpp"

namespace warmfront::testing {

class test_authority {
public:
  test_authority() { std::ofstream{ca_file()} << pair_.certificate; }

  /// Makes NAME.pem and NAME.key.
  test_certificate node(const std::string& name,
                        std::chrono::days lifetime = std::chrono::days{825}) const {
    const auto made = net::make_node(pair_, name, {}, lifetime).value();
    test_certificate files{directory_.file(name + ".pem"), directory_.file(name + ".key")};
    std::ofstream{files.certificate_file} << made.certificate;
    std::ofstream{files.key_file} << made.key;
    return files;
  }
  std::shared_ptr<const net::peer_context> context(const std::string& name) const {
    const auto files = node(name);
    return net::peer_context::load(files.certificate_file, files.key_file, ca_file()).value();
  }
  std::string ca_file() const { return directory_.file("ca.pem"); }
  std::string file(const std::string& name) const { return directory_.file(name); }
  const net::certified_key& pair() const { return pair_; }

private:
  temporary_directory directory_;
  net::certified_key pair_ = net::make_authority().value();
};

} // namespace warmfront::testing
