// SPDX-License-Identifier: Apache-2.0
import GradusDashboard

/// A curve in a few lines of a terminal, two dots a column and four a line.
enum LiveCurve {
  /// `rows` lines of at most `columns` characters, with the largest and smallest number at their ends; none for fewer than
  /// two points.
  static func lines(_ points: [(step: Int, loss: Double)], columns: Int, rows: Int) -> [String] {
    let labels = 10
    let width = 2 * (columns - labels), height = 4 * rows
    guard points.count > 1, width > 8, let first = points.first, let last = points.last, last.step > first.step else {
      return []
    }
    let losses = points.map(\.loss)
    guard let low = losses.min(), let high = losses.max(), low.isFinite, high.isFinite else { return [] }
    let span = high > low ? high - low : 1
    var cells = [[UInt8]](repeating: [UInt8](repeating: 0, count: width / 2), count: rows)
    func level(_ loss: Double) -> Int { Int((Double(height - 1) * (high - loss) / span).rounded()) }
    var next = 0
    var before: Int?
    for x in 0..<width {
      // The last point at or before this column, as the curve stands there.
      let step = Double(first.step) + Double(last.step - first.step) * Double(x) / Double(width - 1)
      while next + 1 < points.count, Double(points[next + 1].step) <= step { next += 1 }
      let y = level(points[next].loss)
      for dot in min(y, before ?? y)...max(y, before ?? y) {
        cells[dot / 4][x / 2] |= Self.bit(x % 2, dot % 4)
      }
      before = y
    }
    return cells.enumerated().map { row, line in
      let label = row == 0 ? Numbers.short(high, digits: 4) : row == rows - 1 ? Numbers.short(low, digits: 4) : ""
      let dots = line.map { String(Character(Unicode.Scalar(UInt16(0x2800) + UInt16($0)) ?? " ")) }.joined()
      return String(repeating: " ", count: max(0, labels - 1 - label.count)) + label + " " + dots
    }
  }

  /// The bit of a dot in a character of Unicode's block of braille patterns.
  private static func bit(_ column: Int, _ row: Int) -> UInt8 {
    row == 3 ? (column == 0 ? 0x40 : 0x80) : UInt8(1 << (row + 3 * column))
  }
}
