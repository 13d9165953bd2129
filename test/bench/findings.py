"""Figures of several rounds: medians, spans, ratios, and how a page shows them."""
import statistics


class Part:
    """One table of the page. A row is measured once in each round, so that rows can be compared within a round."""

    def __init__(self, title, about):
        self.title, self.about = title, about
        self.rows = {}  # words: values, one for each round
        self.units = {}
        self.ratios = []  # (words, row, other row, what is wanted)
        self.remarks = []

    def add(self, row, value, unit):
        self.rows.setdefault(row, []).append(value)
        self.units[row] = unit

    def compare(self, words, row, other, wanted=""):
        self.ratios.append((words, row, other, wanted))

    def ratio(self, row, other):
        return statistics.median(a / b for a, b in zip(self.rows[row], self.rows[other]) if b)

    def markdown(self):
        lines = [f"## {self.title}", "", self.about, ""]
        lines += ["| | median | lowest | highest | unit |", "| --- | ---: | ---: | ---: | --- |"]
        for row, values in self.rows.items():
            cells = (short(statistics.median(values)), short(min(values)), short(max(values)))
            lines.append(f"| {row} | **{cells[0]}** | {cells[1]} | {cells[2]} | {self.units[row]} |")
        if self.ratios:
            lines += ["", "| ratio (median of the rounds' own) | | wanted |", "| --- | ---: | --- |"]
        for words, row, other, wanted in self.ratios:
            if row in self.rows and other in self.rows:
                lines.append(f"| {words} | **{short(self.ratio(row, other))}** | {wanted} |")
        return "\n".join(lines + [""] + self.remarks) + "\n"


def short(value):
    """Three digits that count, thousands apart."""
    size = abs(value)
    decimals = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return f"{value:,.{decimals}f}"
