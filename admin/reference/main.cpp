// `warmfront_reference`: prints what the handbook's reference is made from.
#include <iostream>

#include "admin/reference/reference.hpp"

int main() {
  std::cout << warmfront::admin::reference_document(WARMFRONT_VERSION).dump(2) << '\n';
  return std::cout ? 0 : 1;
}
