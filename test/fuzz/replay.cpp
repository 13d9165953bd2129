// Runs a fuzz target over its corpus, and over mutations of it that are the same each time: what every
// compiler can do. With libFuzzer (scripts/fuzz) the target brings its own main.
//
// Usage: fuzz_NAME CORPUS [ROUNDS]
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> texts_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& each : std::filesystem::directory_iterator(folder)) files.push_back(each.path());
    std::ranges::sort(files); // the same order on every machine
    std::vector<std::string> out;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return out;
}

void run(const std::string& text) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

class mutator {
public:
    explicit mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

    std::string next() {
        std::string text = corpus_[below(corpus_.size())];
        for (std::size_t left = 1 + below(4); left > 0; --left) change(text);
        return text;
    }

private:
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

    void change(std::string& text) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t size = below(std::min<std::size_t>(text.size() - at, 16) + 1);
        switch (below(5)) {
        case 0: text.erase(at, size); break;
        case 1: text.insert(at, 1, static_cast<char>(below(256))); break;
        case 2: text.insert(at, text.substr(at, size)); break;
        case 3:
            if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 4: {
            const std::string& other = corpus_[below(corpus_.size())];
            text.insert(at, other, below(other.size() + 1), 32);
        }
        }
    }

    const std::vector<std::string>& corpus_;
    std::mt19937_64 random_{1};
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::cerr << "which corpus?\n", 1;
    const std::vector<std::string> corpus = texts_in(argv[1]);
    if (corpus.empty()) return std::cerr << argv[1] << " is empty\n", 1;
    for (const std::string& each : corpus) run(each);
    mutator mutations(corpus);
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 20'000;
    for (int i = 0; i < rounds; ++i) run(mutations.next());
    std::cout << corpus.size() << " texts and " << rounds << " mutations\n";
}
