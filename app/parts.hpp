// What the program is made of.
#pragma once

#include <iosfwd>

namespace holdfast::app {

// A line for each part: its name, version, licence, and what it is for.
void print_parts(std::ostream& to);

// The same for programs: a CycloneDX 1.4 document (a software bill of materials).
void print_bill_of_materials(std::ostream& to);

} // namespace holdfast::app
