// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// What a full archive drops.
public enum Truncation: String, Sendable, Codable, CaseIterable {
  /// The point with the least exclusive hypervolume up to just beyond the worst values; ends of objectives stay.
  case hypervolume
  /// The point with the least crowding distance.
  case crowding
}

/// The points that no other one heard of dominates, at most as many as there is room for.
///
/// A feasible point is better than every infeasible one, and of infeasible points only the least violation counts. Objectives that
/// are not finite are failed evaluations and never kept; of points with equal objectives the first stays. With room for all,
/// inserting in any order gives the same set. Cost of an insertion: O(n) moves after a binary search for two
/// objectives, O(m n) otherwise; a truncation adds a sweep.
public struct ParetoArchive<Point: Sendable & Codable>: Sendable, Codable {
  /// nil: no limit.
  public let capacity: Int?
  public let truncation: Truncation
  /// In rising order of the first of two objectives, or of the last of more.
  public private(set) var members: [FrontPoint<Point>] = []
  private var matrix: ObjectiveMatrix?

  public init(capacity: Int? = nil, truncation: Truncation = .hypervolume) {
    precondition(capacity.map { $0 >= 1 } ?? true, "an archive has room for at least one point")
    self.capacity = capacity
    self.truncation = truncation
  }

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }

  /// The objectives of the members; nil when there are none.
  public var objectives: ObjectiveMatrix? { members.isEmpty ? nil : matrix }

  /// Hears of a point. True when it is a member afterwards.
  @discardableResult
  public mutating func insert(_ point: Point, _ outcomes: Outcomes) -> Bool {
    let f = outcomes.objectives
    guard !f.isEmpty, f.allSatisfy(\.isFinite) else { return false }
    let violation = outcomes.constraints.contains(where: \.isNaN) ? .infinity : outcomes.violation
    if let first = members.first {
      guard first.outcomes.objectives.count == f.count else { return false }
      let known = first.outcomes.violation
      if known > 0 || violation > 0 {
        guard violation < known else { return false }
        clear()
      }
    } else if violation == .infinity {
      return false
    }
    if matrix == nil { matrix = ObjectiveMatrix(objectives: f.count) }
    let new = FrontPoint(point: point, outcomes: outcomes)
    guard f.count == 2 ? insertInPlane(new, f[0], f[1]) : insertByScan(new, f) else { return false }
    guard let capacity, members.count > capacity else { return true }
    return drop(new: f)
  }

  private mutating func clear() {
    members.removeAll()
    matrix = nil
  }

  private mutating func insertInPlane(_ new: FrontPoint<Point>, _ x: Double, _ y: Double) -> Bool {
    guard var matrix = matrix.take() else { return false }
    defer { self.matrix = matrix }
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if matrix[middle, 0] < x { low = middle + 1 } else { high = middle }
    }
    if low > 0, matrix[low - 1, 1] <= y { return false }
    if low < members.count, matrix[low, 0] == x, matrix[low, 1] <= y { return false }
    var end = low
    while end < members.count, matrix[end, 1] >= y { end += 1 }
    members.replaceSubrange(low..<end, with: CollectionOfOne(new))
    matrix.replace(low..<end, with: [x, y])
    return true
  }

  private mutating func insertByScan(_ new: FrontPoint<Point>, _ f: [Double]) -> Bool {
    guard var matrix = matrix.take() else { return false }
    defer { self.matrix = matrix }
    var dominated: [Int] = []
    for i in 0..<members.count {
      switch matrix.compare(i, f) {
      case .nowhereWorse: return false
      case .dominated: dominated.append(i)
      case .incomparable: continue
      }
    }
    for i in dominated.reversed() {
      members.remove(at: i)
      matrix.replace(i..<i + 1, with: [])
    }
    let last = f.count - 1
    var (low, high) = (0, members.count)
    while low < high {
      let middle = (low + high) / 2
      if matrix[middle, last] < f[last] { low = middle + 1 } else { high = middle }
    }
    members.insert(new, at: low)
    matrix.replace(low..<low, with: f)
    return true
  }

  /// Drops one member. False when it was the new one.
  private mutating func drop(new f: [Double]) -> Bool {
    guard var matrix = matrix.take() else { return false }
    defer { self.matrix = matrix }
    let isPlane = matrix.objectives == 2 && truncation == .hypervolume
    let victim = isPlane ? matrix.leastOfSorted : matrix.leastValuable(truncation, inOrder: true)
    let wasNew = matrix.row(victim) == f
    members.remove(at: victim)
    matrix.replace(victim..<victim + 1, with: [])
    return !wasNew
  }

  /// The index of the member nearest to the ideal point, in units of the range of each objective; nil when empty.
  public var kneeIndex: Int? {
    guard let matrix, !members.isEmpty else { return nil }
    let (n, m) = (matrix.count, matrix.objectives)
    return matrix.values.elements.withUnsafeBufferPointer { f in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * m) { frame in
        for k in 0..<m {
          var (low, high) = (f[k], f[k])
          for i in 1..<max(1, n) {
            low = min(low, f[i * m + k])
            high = max(high, f[i * m + k])
          }
          frame[k] = low
          frame[m + k] = high > low ? 1 / (high - low) : 0
        }
        var best = (distance: Double.infinity, index: 0)
        for i in 0..<n {
          var distance = 0.0
          for k in 0..<m {
            let part = (f[i * m + k] - frame[k]) * frame[m + k]
            distance += part * part
          }
          if distance < best.distance { best = (distance, i) }
        }
        return best.index
      }
    }
  }
}

extension ObjectiveMatrix {
  enum Order { case nowhereWorse, dominated, incomparable }

  /// How row i stands to a point: nowhere worse than it, dominated by it, or neither.
  func compare(_ i: Int, _ f: [Double]) -> Order {
    var (isBetter, isWorse) = (false, false)
    for k in 0..<objectives {
      let own = self[i, k]
      if own < f[k] { isBetter = true } else if own > f[k] { isWorse = true }
      if isBetter && isWorse { return .incomparable }
    }
    return isWorse ? .dominated : .nowhereWorse
  }

  /// The row with the least exclusive area among mutually incomparable rows in rising order of the first of two objectives; the ends
  /// stay.
  var leastOfSorted: Int {
    let n = count
    guard n > 2 else { return n - 1 }
    return values.elements.withUnsafeBufferPointer { f in
      var best = (area: Double.infinity, index: n - 1)
      for i in 1..<n - 1 {
        let area = (f[2 * i + 2] - f[2 * i]) * (f[2 * i - 1] - f[2 * i + 1])
        if area < best.area { best = (area, i) }
      }
      return best.index
    }
  }

  /// The row of a front that a truncation drops. `inOrder`: by rising last objective, where there are three or more.
  func leastValuable(_ truncation: Truncation, inOrder: Bool = false) -> Int {
    let values: [Double]
    switch truncation {
    case .crowding: values = CrowdingDistance.distances(of: self)
    case .hypervolume: values = exclusiveVolumes(inOrder)
    }
    var victim = 0
    for i in values.indices where values[i] < values[victim] { victim = i }
    return victim
  }

  /// Contributions up to a point one tenth of the range beyond the worst values; of two objectives the ends count as infinite.
  func exclusiveVolumes(_ inOrder: Bool) -> [Double] {
    guard let (ideal, nadir) = range else { return [Double](repeating: 0, count: count) }
    let reference = (0..<objectives).map {
      nadir[$0] + 0.1 * max(nadir[$0] - ideal[$0], 1e-12 * max(1, abs(nadir[$0])))
    }
    guard objectives == 2 else {
      return Hypervolume.contributions(of: self, reference: reference, inOrder: inOrder)
    }
    var values = [Double](repeating: .infinity, count: count)
    let order = (0..<count).sorted { comesBefore($0, $1, from: 0) }
    for j in order.indices.dropFirst().dropLast() {
      let (i, next, previous) = (order[j], order[j + 1], order[j - 1])
      values[i] = (self[next, 0] - self[i, 0]) * (self[previous, 1] - self[i, 1])
    }
    return values
  }
}
