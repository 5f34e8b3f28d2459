// How many mails a machine signs: `bench_dkim KIND OCTETS THREADS SECONDS`, where KIND is rsa,
// ed25519 or both. Prints `per_second=NUMBER`.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/dkim/sign.hpp"

namespace {

using namespace warmfront;

/// A batch mail as a node sends it: a header of 13 fields, and a text that has indented lines.
std::string mail_of(std::size_t octets) {
  std::string mail =
      "Received: from client.warm.example (client.warm.example [192.0.2.77])\r\n"
      "\tby n1.warm.example with ESMTPSA id 01936f3a8c1b7e2f; Tue, 24 Nov 2026 10:29:44 +0000\r\n"
      "Date: Tue, 24 Nov 2026 10:29:44 +0000\r\n"
      "From: Warm News <news@warm.example>\r\n"
      "To: reader123456@receiver.example\r\n"
      "Subject: What happened in Oslo this week, and what did not\r\n"
      "Message-ID: <01936f3a8c1b7e2f@warm.example>\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/html; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "List-Unsubscribe: <https://links.warm.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789>,\r\n"
      " <mailto:u0123456789abcdef@bounce.warm.example>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
      "Feedback-ID: 42:news:warm\r\n"
      "\r\n";
  const std::string line =
      "    <p>Dear reader, there is nothing new to tell you this week.</p>\r\n";
  while (mail.size() + line.size() <= octets)
    mail += line;
  return mail;
}

std::vector<dkim::signer> signers_of(std::string_view kind) {
  std::vector<dkim::signer> signers;
  const auto add = [&](dkim::algorithm what, const char* selector) {
    signers.push_back({"warm.example", selector, dkim::private_key::generate(what).value()});
  };
  if (kind == "rsa" || kind == "both")
    add(dkim::algorithm::rsa_sha256, "wf1r");
  if (kind == "ed25519" || kind == "both")
    add(dkim::algorithm::ed25519_sha256, "wf1e");
  return signers;
}

double per_second(std::string_view kind, std::size_t octets, unsigned threads, double seconds) {
  const auto mail = mail_of(octets);
  const auto signers = signers_of(kind);
  std::atomic<std::uint64_t> mails = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration<double>{seconds};
  {
    std::vector<std::jthread> workers;
    for (unsigned at = 0; at < threads; ++at)
      workers.emplace_back([&] {
        std::uint64_t mine = 0;
        wall_time now{std::chrono::seconds{1'800'000'000}};
        for (; std::chrono::steady_clock::now() < end; ++mine)
          if (const auto fields = dkim::sign(mail, signers, now += std::chrono::seconds{1});
              !fields)
            std::abort();
        mails += mine;
      });
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(mails.load()) / taken.count();
}

} // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "usage: bench_dkim rsa|ed25519|both OCTETS THREADS SECONDS\n");
    return 2;
  }
  const auto octets = static_cast<std::size_t>(std::strtoul(words[2], nullptr, 10));
  const auto threads = static_cast<unsigned>(std::strtoul(words[3], nullptr, 10));
  std::printf("per_second=%.1f\n",
              per_second(words[1], octets, threads, std::strtod(words[4], nullptr)));
  return 0;
}
