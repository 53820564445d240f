// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox

/// How the variance of a regression tree over its box splits into shares of single coordinates, exactly.
///
///     f(x) = Σ_l μ_l·1[x ∈ B_l]          leaves with boxes B_l; w_l the share of the whole box that B_l fills
///     f̄ = Σ_l w_l·μ_l,   V = Σ_l w_l·(μ_l − f̄)²
///     a_j(v) = Σ_{l: v ∈ B_l,j} μ_l·w_l/w_l,j      the mean of f where coordinate j is v; w_l,j the share of B_l's side
///     V_j = ∫ (a_j(v) − f̄)² dv
///
/// a_j is constant between neighboring thresholds of j, so the integral is a sum over cells. Cost: O(leaves·d) after sorting the
/// thresholds: a leaf changes a_j at the two ends of its side only.
///
/// **Reference** F. Hutter, H. Hoos, K. Leyton-Brown, *An efficient approach for assessing hyperparameter importance*, ICML
/// (2014), section 4.
package struct TreeVariance {
  /// The values of a coordinate, all equally likely.
  package enum Side: Hashable {
    case numbers(low: Double, high: Double)
    case choices(Int)
  }

  /// V.
  package private(set) var total = 0.0
  /// V_j.
  package private(set) var parts: [Double]

  package init(_ tree: RegressionTree, sides: [Side]) {
    parts = [Double](repeating: 0, count: sides.count)
    var walk = Walk(nodes: tree.nodes, axes: sides.indices.map { Axis(sides[$0], $0, tree.nodes) })
    walk.visit(0, share: 1)
    let mean = walk.leaves.reduce(0) { $0 + $1.share * $1.mean }
    total = walk.leaves.reduce(0) { $0 + $1.share * ($1.mean - mean) * ($1.mean - mean) }
    for j in sides.indices { parts[j] = walk.axes[j].variance(around: mean) }
  }

  /// A coordinate with its cells, and the part of them in which the walk is.
  private struct Axis {
    /// Where cells begin and the last one ends, in shares of the side; a cell lies between thresholds, or is a choice.
    private var ends: [Double]
    private var thresholds: [Double] = []
    /// Cells of the box where the walk is: a range for numbers, single ones for choices.
    var range: Range<Int>
    var chosen: [Bool] = []
    /// a_j cell by cell, as differences from cell to cell for numbers.
    private var marginal: [Double]

    init(_ side: Side, _ j: Int, _ nodes: [RegressionTree.Node]) {
      switch side {
      case .choices(let count):
        ends = (0...count).map { Double($0) / Double(max(1, count)) }
        chosen = [Bool](repeating: true, count: count)
        range = 0..<count
        marginal = [Double](repeating: 0, count: count)
      case .numbers(let low, let high):
        thresholds = Set(nodes.lazy.filter { $0.coordinate == j }.map { min(high, max(low, $0.threshold)) }).sorted()
        ends = [0] + thresholds.map { ($0 - low) / (high - low) } + [1]
        range = 0..<ends.count - 1
        marginal = [Double](repeating: 0, count: ends.count)
      }
    }

    /// The share of the side that the walk is in.
    var share: Double {
      if chosen.isEmpty { return ends[range.upperBound] - ends[range.lowerBound] }
      return Double(chosen.count { $0 }) / Double(chosen.count)
    }

    /// The first cell above a threshold.
    func cell(above threshold: Double) -> Int {
      var (low, high) = (0, thresholds.count)
      while low < high {
        let middle = (low + high) / 2
        if thresholds[middle] < threshold { low = middle + 1 } else { high = middle }
      }
      return low + 1
    }

    mutating func add(_ value: Double) {
      guard chosen.isEmpty else {
        for c in chosen.indices where chosen[c] { marginal[c] += value }
        return
      }
      marginal[range.lowerBound] += value
      marginal[range.upperBound] -= value
    }

    /// V_j.
    func variance(around mean: Double) -> Double {
      var (sum, value) = (0.0, 0.0)
      for c in 0..<ends.count - 1 {
        value = chosen.isEmpty ? value + marginal[c] : marginal[c]
        sum += (ends[c + 1] - ends[c]) * (value - mean) * (value - mean)
      }
      return sum
    }
  }

  private struct Walk {
    let nodes: [RegressionTree.Node]
    var axes: [Axis]
    var leaves: [(share: Double, mean: Double)] = []

    /// Goes through the tree below a node whose box has a share of the whole that is above zero.
    mutating func visit(_ k: Int, share: Double) {
      let node = nodes[k]
      guard node.coordinate >= 0 else {
        leaves.append((share, node.mean))
        for j in axes.indices { axes[j].add(node.mean * share / axes[j].share) }
        return
      }
      let j = node.coordinate
      let (range, chosen, whole) = (axes[j].range, axes[j].chosen, axes[j].share)
      for isLeft in [true, false] {
        if chosen.isEmpty {
          let cut = min(max(axes[j].cell(above: node.threshold), range.lowerBound), range.upperBound)
          axes[j].range = isLeft ? range.lowerBound..<cut : cut..<range.upperBound
        } else {
          for c in chosen.indices { axes[j].chosen[c] = chosen[c] && node.values.contains(Double(c)) == isLeft }
        }
        let part = axes[j].share
        if part > 0 { visit(isLeft ? node.left : node.right, share: share * part / whole) }
        (axes[j].range, axes[j].chosen) = (range, chosen)
      }
    }
  }
}
