// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension RegionalBayesianOptimization.State {
  var mostRecommended: Recommended? {
    guard let settled, let recommended else { return recommended ?? settled }
    return settled.mean < recommended.mean ? settled : recommended
  }

  /// Whether the budget, where there is one, has so many answers left.
  func pays(for answers: Int) -> Bool { problem.budget.map { $0 - history.count >= answers } ?? true }

  /// The region whose middle is nearest; the first one where none has a middle.
  func nearestRegion(to input: Vector) -> Int {
    let distances = regions.map { region in
      region.center.map { center in
        let x = history.inputs[center]
        return x.indices.reduce(0.0) { $0 + inputs.metric.part($1, x[$1], input[$1]) }
      } ?? .infinity
    }
    return distances.indices.min { distances[$0] < distances[$1] } ?? 0
  }

  /// Takes an answer into a region; true where it is better than its middle by enough.
  @discardableResult
  mutating func hear(_ heard: Int, region r: Int) -> Bool {
    regions[r].take(heard)
    guard history.values[heard].isFinite else { return false }
    guard let center = regions[r].center else {
      regions[r].center = heard
      return true
    }
    guard rank(of: heard) < rank(of: center) else { return false }
    regions[r].center = heard
    if rank(of: center).0 > rank(of: heard).0 { return true }
    let own = regions[r].members.map { rank(of: $0) }.filter { $0.0 == rank(of: heard).0 }.map(\.1).sorted()
    let gap = own[own.count / 2] - rank(of: center).1
    return rank(of: heard).1 < rank(of: center).1 - 1e-3 * max(0, gap)
  }

  /// By value where the constraints are kept, then by violation; failed ones last.
  private func rank(of i: Int) -> (Int, Double) {
    guard history.values[i].isFinite else { return (2, 0) }
    let violation = history.constraints.reduce(0) { $0 + max(0, $1[i]) }
    return violation > 0 ? (1, violation) : (0, history.values[i])
  }

  /// All values as the processes of all regions see them, so that what they promise can be compared; nil where all failed.
  mutating func warpedValues(_ isWarped: Bool, _ kernel: StationaryKernel) -> [Double]? {
    let sound = history.values.filter(\.isFinite)
    guard let worst = sound.max() else { return nil }
    if isWarped, !problem.isNoisy, sound.count >= 5, let region = regions.first(where: { $0.objectiveFit != nil }) {
      exponent = mostProbableExponent(sound, region, kernel)
    }
    // Means of noisy answers are compared over time.
    if problem.isNoisy { return history.values.map { $0.isFinite ? $0 : worst } }
    let warp = ValueWarp(sound, exponent: exponent)
    return history.values.map { warp($0.isFinite ? $0 : worst) }
  }

  /// The exponent under which a region explains its answers best with the parameters it has.
  private func mostProbableExponent(
    _ sound: [Double], _ region: SearchRegion, _ kernel: StationaryKernel
  ) -> Double {
    guard let fit = region.objectiveFit else { return 1 }
    let members = region.members.filter { history.values[$0].isFinite }.suffix(100)
    let points = members.map { history.inputs[$0] }
    guard points.count >= 5 else { return exponent }
    var best = (exponent: exponent, score: -Double.infinity)
    for exponent in ValueWarp.exponents {
      let warp = ValueWarp(sound, exponent: exponent)
      let evidence = Evidence(points, Vector(members.map { warp(history.values[$0]) }), kernel, inputs.metric)
      guard let profile = evidence.profile(fit.lengths, fit.noiseShare) else { continue }
      let score = profile.logEvidence + members.reduce(0) { $0 + warp.logSlope(history.values[$1]) }
      if score > best.score { best = (exponent, score) }
    }
    return best.exponent
  }
}
