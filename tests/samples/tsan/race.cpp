#include <cstdio>
#include <thread>

struct Counter {
  int value = 0;
  void add() { value++; }
};

int main() {
  Counter counter;
  std::thread first([&] { for (int i = 0; i < 100; i++) counter.add(); });
  for (int i = 0; i < 100; i++) counter.add();
  first.join();
  std::printf("done\n");
}
