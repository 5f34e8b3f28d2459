// Catch2's main costs 15 s to compile: once, here.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
