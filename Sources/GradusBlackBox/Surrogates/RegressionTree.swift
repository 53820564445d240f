// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A regression tree: in every leaf the mean of the observations that fall there.
///
///     split of a node:   the coordinate and the gap between neighboring values with the least Σ_left (y − ȳ)² + Σ_right (y − ȳ)²
///     where in the gap:  a random place, uniform;   categories stand in the order of their means
///
/// Cost: d·n log n operations a level; then the depth a point.
/// **Reference** L. Breiman, J. Friedman, R. Olshen, C. Stone, *Classification and regression trees* (1984); F. Hutter, L. Xu,
/// H. Hoos, K. Leyton-Brown, *Algorithm runtime prediction*, Artif. Intell. 206 (2014), section 4.3, for the random places.
public struct RegressionTree: Sendable {
  /// A leaf, or a question whose answer leads to one of two further nodes.
  package struct Node: Sendable {
    package fileprivate(set) var mean: Double
    fileprivate var variance: Double
    /// −1 in a leaf.
    package fileprivate(set) var coordinate = -1
    /// Numbers up to it lead to the left.
    package fileprivate(set) var threshold = 0.0
    /// The values of a category that lead to the left; empty for numbers.
    package fileprivate(set) var values: [Double] = []
    package fileprivate(set) var left = 0
    package fileprivate(set) var right = 0
  }

  /// The root comes first.
  package private(set) var nodes: [Node] = []

  /// Which splits are tried.
  public struct Rules: Sendable, Hashable {
    /// Observations of a leaf at least.
    public var leaf = 1
    /// Observations of a node that is split at least.
    public var split = 2
    /// Which share of the coordinates is tried at a node.
    public var share = 1.0
    /// Whether gaps are split at random places; otherwise in the middle.
    public var isRandom = true

    public init() {}
  }

  /// Grows a tree on the observations at `members`, which may repeat.
  public init(
    _ inputs: [Vector], _ values: [Double], members: [Int]? = nil, metric: InputMetric, rules: Rules = .init(),
    random: inout RandomStream
  ) {
    precondition(inputs.count == values.count && !inputs.isEmpty, "one value for each of some inputs")
    var grower = Grower(inputs: inputs, values: values, metric: metric, rules: rules)
    _ = grower.grow(members ?? Array(inputs.indices), &random)
    nodes = grower.nodes
  }

  public var leafCount: Int { nodes.count { $0.coordinate < 0 } }

  /// Mean and variance of the observations in the leaf where x falls.
  public func leaf(at x: Vector) -> (mean: Double, variance: Double) {
    let node = nodes[place(of: x)]
    return (node.mean, node.variance)
  }

  /// Lets the leaf where x falls say `mean` with certainty.
  mutating func settle(at x: Vector, mean: Double) {
    let k = place(of: x)
    nodes[k].mean = mean
    nodes[k].variance = 0
  }

  private func place(of x: Vector) -> Int {
    var k = 0
    nodes.withUnsafeBufferPointer { nodes in
      while nodes[k].coordinate >= 0 {
        let value = x[nodes[k].coordinate]
        let isLeft = nodes[k].values.isEmpty ? value <= nodes[k].threshold : nodes[k].values.contains(value)
        k = isLeft ? nodes[k].left : nodes[k].right
      }
    }
    return k
  }

  private struct Grower {
    let inputs: [Vector]
    let values: [Double]
    let metric: InputMetric
    let rules: Rules
    var nodes: [Node] = []

    private struct Split {
      var coordinate: Int
      var loss: Double
      /// The values on both sides of the gap.
      var gap: (low: Double, high: Double)
      var values: [Double]
    }

    mutating func grow(_ members: [Int], _ random: inout RandomStream) -> Int {
      let n = Double(members.count)
      let mean = members.reduce(0) { $0 + values[$1] } / n
      let square = members.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) }
      let place = nodes.count
      nodes.append(Node(mean: mean, variance: square / n))
      guard members.count >= max(rules.split, 2 * rules.leaf), square > 0, metric.dimension > 0,
        let split = bestSplit(members, &random)
      else { return place }
      let share = rules.isRandom ? random.uniform() : 0.5
      let threshold = split.gap.low + share * (split.gap.high - split.gap.low)
      let isLeft = { [inputs] (i: Int) in
        let value = inputs[i][split.coordinate]
        return split.values.isEmpty ? value <= threshold : split.values.contains(value)
      }
      let (low, high) = (members.filter { isLeft($0) }, members.filter { !isLeft($0) })
      guard !low.isEmpty, !high.isEmpty else { return place }
      nodes[place].coordinate = split.coordinate
      nodes[place].threshold = threshold
      nodes[place].values = split.values
      let left = grow(low, &random)
      let right = grow(high, &random)
      (nodes[place].left, nodes[place].right) = (left, right)
      return place
    }

    private func bestSplit(_ members: [Int], _ random: inout RandomStream) -> Split? {
      let d = metric.dimension
      let tried = max(1, Int((rules.share * Double(d)).rounded(.up)))
      let coordinates = tried < d ? random.permutation(d) : Array(0..<d)
      var best: Split?
      for (k, j) in coordinates.enumerated() {
        // Coordinates beyond the share count only while nothing could be split.
        if k >= tried, best != nil { break }
        guard let found = metric.isCategory[j] ? category(j, members) : number(j, members) else { continue }
        if found.loss < best?.loss ?? .infinity { best = found }
      }
      return best
    }

    private func number(_ j: Int, _ members: [Int]) -> Split? {
      let sorted = members.map { (x: inputs[$0][j], y: values[$0]) }.sorted { $0.x < $1.x }
      guard let cut = cut(sorted.map(\.y), isGap: { sorted[$0].x < sorted[$0 + 1].x }) else { return nil }
      return Split(
        coordinate: j, loss: cut.loss, gap: (sorted[cut.place].x, sorted[cut.place + 1].x), values: [])
    }

    private func category(_ j: Int, _ members: [Int]) -> Split? {
      var sums: [Double: (sum: Double, count: Double)] = [:]
      for i in members {
        sums[inputs[i][j], default: (0, 0)].sum += values[i]
        sums[inputs[i][j], default: (0, 0)].count += 1
      }
      let order = sums.map { (value: $0.key, mean: $0.value.sum / $0.value.count) }
        .sorted { ($0.mean, $0.value) < ($1.mean, $1.value) }.map(\.value)
      guard order.count > 1 else { return nil }
      let sorted = order.flatMap { value in
        members.filter { inputs[$0][j] == value }.map { (x: value, y: values[$0]) }
      }
      guard let cut = cut(sorted.map(\.y), isGap: { sorted[$0].x != sorted[$0 + 1].x }) else { return nil }
      let last = order.firstIndex(of: sorted[cut.place].x) ?? 0
      return Split(coordinate: j, loss: cut.loss, gap: (0, 0), values: Array(order[...last]))
    }

    /// The last place of the left side with the least loss, up to what does not depend on the place.
    private func cut(_ y: [Double], isGap: (Int) -> Bool) -> (place: Int, loss: Double)? {
      let n = y.count
      let total = y.reduce(0, +)
      let middle = total / Double(n)
      var (sum, best): (Double, (place: Int, loss: Double)?) = (0, nil)
      for k in 0..<n - 1 {
        sum += y[k] - middle
        guard k + 1 >= rules.leaf, n - k - 1 >= rules.leaf, isGap(k) else { continue }
        // Σ(y − ȳ)² of both sides is a constant less the squares of the sums over the counts.
        let loss = -sum * sum * (1 / Double(k + 1) + 1 / Double(n - k - 1))
        if loss < best?.loss ?? .infinity { best = (k, loss) }
      }
      return best
    }
  }
}
