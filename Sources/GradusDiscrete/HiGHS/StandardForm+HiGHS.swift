// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNative
import GradusNumerics

extension StandardForm {
  /// Why HiGHS cannot take the form; nil when it can.
  func obstacle(relaxed: Bool) -> String? {
    guard !relaxed else { return nil }
    for (j, kind) in kinds.enumerated() where kind == .semicontinuous || kind == .semiinteger {
      let name = j < columnNames.count ? "'\(columnNames[j])'" : "\(j + 1)"
      if columnUpper[j] == .infinity { return "the semi-continuous variable \(name) needs a finite upper bound" }
      if columnLower[j] < 0 { return "the semi-continuous variable \(name) has a negative lower bound" }
    }
    return nil
  }

  /// Lends the form, with the changes of the question, in the arrays HiGHS wants. Only what changes is copied.
  func lend<R, E: Error>(_ question: SolveLinear, _ body: (HighsModel) throws(E) -> R) throws(E) -> R {
    var lower = columnLower
    var upper = columnUpper
    for change in question.changes {
      lower[change.column] = change.lower
      upper[change.column] = change.upper
    }
    let codes = question.relaxed || !kinds.contains { $0 != .continuous } ? nil : kinds.map { Int32($0.rawValue) }
    return try withPointers(costs, lower, upper, rowLower, rowUpper) { c, l, u, rl, ru throws(E) -> R in
      try matrix.starts.span.withUnsafeBufferPointer { starts throws(E) -> R in
        try matrix.rows.span.withUnsafeBufferPointer { rows throws(E) -> R in
          try matrix.values.span.withUnsafeBufferPointer { values throws(E) -> R in
            var model = HighsModel(
              costs: c, columnLower: l, columnUpper: u, rowLower: rl, rowUpper: ru, starts: starts, rows: rows,
              values: values)
            model.maximize = sense == .maximize
            model.offset = objectiveOffset
            guard let codes else { return try body(model) }
            return try codes.span.withUnsafeBufferPointer { codes throws(E) -> R in
              model.kinds = codes
              return try body(model)
            }
          }
        }
      }
    }
  }
}

private typealias Numbers = UnsafeBufferPointer<Double>

private func withPointers<R, E: Error>(
  _ a: [Double], _ b: [Double], _ c: [Double], _ d: [Double], _ e: [Double],
  _ body: (Numbers, Numbers, Numbers, Numbers, Numbers) throws(E) -> R
) throws(E) -> R {
  try a.span.withUnsafeBufferPointer { a throws(E) -> R in
    try b.span.withUnsafeBufferPointer { b throws(E) -> R in
      try c.span.withUnsafeBufferPointer { c throws(E) -> R in
        try d.span.withUnsafeBufferPointer { d throws(E) -> R in
          try e.span.withUnsafeBufferPointer { e throws(E) -> R in try body(a, b, c, d, e) }
        }
      }
    }
  }
}
