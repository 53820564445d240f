// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// The columns of exact products in a master program: the digits of integers, and digits times variables.
struct DigitColumns: Sendable {
  private struct Place: Hashable {
    var digit: Int
    var other: Int
  }

  /// The columns of the digits of an integer; the integer itself where it is binary.
  private var digits: [Int: [Int]] = [:]
  private var lower: [Int: Double] = [:]
  private var columns: [Place: Int] = [:]
  private var order: [(column: Int, place: Place)] = []

  mutating func append(_ products: [ExactProduct], _ box: [Interval], to program: inout RelaxedProgram) {
    for product in products {
      let (m, y) = (product.integer, product.other)
      for digit in digits(of: m, box[m], &program) where columns[Place(digit: digit, other: y)] == nil {
        let range = box[y]
        let w = program.addColumn(min(0, range.lower), max(0, range.upper))
        let place = Place(digit: digit, other: y)
        columns[place] = w
        order.append((w, place))
        // b = 0 makes w = 0, b = 1 makes w = y.
        program.rows.append(RelaxedProgram.Row([w, digit], [1, -range.upper], to: 0))
        program.rows.append(RelaxedProgram.Row([w, digit], [1, -range.lower], from: 0))
        program.rows.append(RelaxedProgram.Row([w, y, digit], [1, -1, -range.lower], to: -range.lower))
        program.rows.append(RelaxedProgram.Row([w, y, digit], [1, -1, -range.upper], from: -range.upper))
      }
    }
  }

  private mutating func digits(of m: Int, _ range: Interval, _ program: inout RelaxedProgram) -> [Int] {
    if let known = digits[m] { return known }
    lower[m] = range.lower
    let count = ExactProduct.digits(range)
    var new: [Int] = []
    if range.lower == 0, range.upper <= 1 {
      new = [m]
    } else {
      for _ in 0..<count {
        let column = program.addColumn(0, 1)
        program.integers.append(Int32(column))
        new.append(column)
      }
      program.rows.append(
        RelaxedProgram.Row(
          [m] + new, [1] + new.indices.map { -Double(1 << $0) }, from: range.lower, to: range.lower))
    }
    digits[m] = new
    return new
  }

  /// The product as Σ value·column.
  func terms(of product: ExactProduct) -> [(column: Int, value: Double)] {
    var terms: [(column: Int, value: Double)] = []
    if let low = lower[product.integer], low != 0 { terms.append((product.other, low)) }
    for (k, digit) in (digits[product.integer] ?? []).enumerated() {
      if let column = columns[Place(digit: digit, other: product.other)] { terms.append((column, Double(1 << k))) }
    }
    return terms
  }

  /// Sets the columns of digits and products from those of the variables.
  func fill(_ point: inout [Double]) {
    for (m, places) in digits where places != [m] {
      let value = Int(exactly: (point[m] - (lower[m] ?? 0)).rounded()) ?? 0
      for (k, column) in places.enumerated() { point[column] = Double((value >> k) & 1) }
    }
    for (column, place) in order { point[column] = point[place.digit] * point[place.other] }
  }
}
