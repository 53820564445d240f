// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Many regression trees, each grown on a bootstrap sample:
///
///     μ(x) = mean_b μ_b(x),   σ²(x) = mean_b (σ_b²(x) + μ_b(x)²) − μ(x)²
///
/// μ_b and σ_b² are mean and variance of the leaf where x falls in tree b (law of total variance). Categories need no
/// distance, and values no smoothness; beyond the observations nothing is foretold.
///
/// **Reference** F. Hutter, H. Hoos, K. Leyton-Brown, *Sequential model-based optimization for general algorithm
/// configuration*, LION 5 (2011); F. Hutter et al., Artif. Intell. 206 (2014), section 4.3.2.
public struct RegressionForest: PosteriorModel {
  public private(set) var trees: [RegressionTree]

  /// Grows `count` trees. One tree, or `isBootstrapped` false, takes all observations.
  public init(
    _ inputs: [Vector], _ values: [Double], metric: InputMetric, count: Int = 32, isBootstrapped: Bool = true,
    rules: RegressionTree.Rules = .init(), random: inout RandomStream
  ) {
    precondition(count > 0, "a forest has trees")
    trees = (0..<count).map { _ in
      let members = isBootstrapped ? inputs.indices.map { _ in random.integer(below: inputs.count) } : nil
      return RegressionTree(inputs, values, members: members, metric: metric, rules: rules, random: &random)
    }
  }

  public func posterior(at x: Vector) -> (mean: Double, variance: Double) {
    let leaves = trees.map { $0.leaf(at: x) }
    let n = Double(leaves.count)
    let mean = leaves.reduce(0) { $0 + $1.mean } / n
    let square = leaves.reduce(0) { $0 + $1.variance + ($1.mean - mean) * ($1.mean - mean) }
    return (mean, square / n)
  }

  /// The leaves there all say what the forest says.
  public mutating func expect(at x: Vector) {
    let mean = posterior(at: x).mean
    for k in trees.indices { trees[k].settle(at: x, mean: mean) }
  }
}
