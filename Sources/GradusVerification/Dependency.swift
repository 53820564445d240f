// SPDX-License-Identifier: Apache-2.0

/// The linear dependencies Σ yᵢ·lineᵢ = 0 among sparse lines, by elimination with the largest entry of each line as pivot.
enum Dependency {
  case none, several
  /// All dependencies are multiples of this one; entries below 1e-9 of the largest are zero.
  case unique([Double])

  /// Cost: O(k²·width) for k lines.
  static func of(_ lines: [[(column: Int, value: Double)]]) -> Dependency {
    let k = lines.count
    var reduced: [(pivot: Int, line: [Int: Double], weights: [Double])] = []
    var found: [Double]?
    for (i, entries) in lines.enumerated() {
      let size = entries.reduce(0) { max($0, abs($1.value)) }
      var line: [Int: Double] = [:]
      // Lines are scaled so that one threshold fits all.
      for (j, v) in entries { line[j, default: 0] += v / max(size, .leastNormalMagnitude) }
      var weights = [Double](repeating: 0, count: k)
      weights[i] = 1 / max(size, .leastNormalMagnitude)
      for step in reduced {
        guard let entry = line[step.pivot], entry != 0, let pivot = step.line[step.pivot] else { continue }
        let factor = entry / pivot
        for (j, v) in step.line { line[j, default: 0] -= factor * v }
        line[step.pivot] = nil
        for q in 0..<i { weights[q] -= factor * step.weights[q] }
      }
      let best = line.max { (abs($0.value), $1.key) < (abs($1.value), $0.key) }
      if let best, abs(best.value) > 1e-9 {
        reduced.append((best.key, line, weights))
      } else if found == nil {
        found = weights
      } else {
        return .several
      }
    }
    guard var y = found else { return .none }
    let largest = zip(y, lines).reduce(0.0) { size, pair in
      max(size, abs(pair.0) * pair.1.reduce(0) { max($0, abs($1.value)) })
    }
    for i in y.indices {
      let weight = abs(y[i]) * lines[i].reduce(0) { max($0, abs($1.value)) }
      if weight <= 1e-9 * largest { y[i] = 0 }
    }
    return .unique(y)
  }
}
