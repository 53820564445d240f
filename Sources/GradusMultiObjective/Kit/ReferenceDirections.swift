// SPDX-License-Identifier: Apache-2.0

/// Evenly spread directions of the positive orthant, each with components that sum to 1.
///
/// **Reference** I. Das & J. Dennis, *Normal-boundary intersection*, SIAM J. Optim. 8 (1998); layers: K. Deb & H. Jain, IEEE
/// Trans. Evol. Comput. 18 (2014).
public enum ReferenceDirections {
  /// All (i₁, …, iₘ)/p with whole iₖ ≥ 0 that sum to p: `count(objectives:divisions:)` of them.
  public static func simplex(objectives m: Int, divisions p: Int) -> ObjectiveMatrix {
    precondition(m >= 1 && p >= 1, "directions need at least one objective and one division")
    var values: [Double] = []
    var parts = [Int](repeating: 0, count: m)
    func fill(_ k: Int, _ rest: Int) {
      guard k < m - 1 else {
        parts[k] = rest
        for part in parts { values.append(Double(part) / Double(p)) }
        return
      }
      for part in 0...rest {
        parts[k] = part
        fill(k + 1, rest - part)
      }
    }
    fill(0, p)
    return ObjectiveMatrix(objectives: m, values: values)
  }

  /// Layers of directions, each drawn towards the center by its scale:   w ← s·w + (1 − s)/m
  public static func layers(objectives m: Int, _ layers: [(divisions: Int, scale: Double)])
    -> ObjectiveMatrix
  {
    var all = ObjectiveMatrix(objectives: m)
    for layer in layers {
      let plain = simplex(objectives: m, divisions: layer.divisions)
      for i in 0..<plain.count {
        all.append(plain.row(i).map { layer.scale * $0 + (1 - layer.scale) / Double(m) })
      }
    }
    return all
  }

  /// (p + m − 1 choose m − 1); nil when that is beyond the whole numbers.
  public static func count(objectives m: Int, divisions p: Int) -> Int? {
    var result = 1
    for k in 1..<max(1, m) {
      let (product, isTooLarge) = result.multipliedReportingOverflow(by: p + k)
      if isTooLarge { return nil }
      result = product / k
    }
    return result
  }

  /// As many directions as fit into `limit`, at least the m axes: one layer where its divisions reach its inside, otherwise an
  /// outer layer and one of half the scale.
  public static func fitting(_ limit: Int, objectives m: Int) -> ObjectiveMatrix {
    guard m > 1 else { return simplex(objectives: 1, divisions: 1) }
    func divisions(_ room: Int) -> Int {
      var p = 1
      while let next = count(objectives: m, divisions: p + 1), next <= room { p += 1 }
      return p
    }
    let p = divisions(limit)
    if p >= m || m == 2 { return simplex(objectives: m, divisions: p) }
    // Directions with a zero are all on the rim: an inner layer is worth more than a denser rim.
    let outer = divisions(limit * 2 / 3)
    let room = limit - (count(objectives: m, divisions: outer) ?? limit)
    guard room >= m else { return simplex(objectives: m, divisions: p) }
    return layers(objectives: m, [(outer, 1), (divisions(room), 0.5)])
  }
}
