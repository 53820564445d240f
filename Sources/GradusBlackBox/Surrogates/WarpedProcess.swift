// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The process of one objective under the warp that makes its values most probable.
struct WarpedProcess {
  let process: GaussianProcess
  /// All values as the process sees them; failed ones count as the worst.
  let values: [Double]

  /// Parameters are fitted to the values at `places` where `refits` says so or there are none yet, otherwise taken from
  /// `last`. nil where every value failed or no matrix is positive definite.
  init?(
    _ inputs: [Vector], _ told: [Double], _ fit: SurrogateFit, metric: InputMetric, among places: [Int],
    isWarped: Bool, last: inout SurrogateFit.Parameters?, refits: Bool, random: inout RandomStream
  ) {
    let sound = told.filter(\.isFinite)
    guard let worst = sound.max() else { return nil }
    let values = told.map { $0.isFinite ? $0 : worst }
    let points = places.map { inputs[$0] }
    var chosen: (warp: ValueWarp, parameters: SurrogateFit.Parameters, score: Double)?
    for exponent in isWarped && sound.count >= 5 ? ValueWarp.exponents : [1] {
      let warp = ValueWarp(sound, exponent: exponent)
      let targets = Vector(places.map { warp(values[$0]) })
      var parameters = last
      if parameters == nil || refits {
        parameters = fit.parameters(for: points, observations: targets, metric: metric, last: last, random: &random)
      }
      guard let parameters else { continue }
      let evidence = Evidence(points, targets, fit.kernel, metric)
      guard let profile = evidence.profile(parameters.lengths, parameters.noiseShare) else { continue }
      let score = profile.logEvidence + places.reduce(0) { $0 + warp.logSlope(values[$1]) }
      if score > chosen?.score ?? -.infinity { chosen = (warp, parameters, score) }
    }
    guard let chosen else { return nil }
    let warped = values.map { chosen.warp($0) }
    guard let process = fit.process(chosen.parameters, for: inputs, observations: Vector(warped), metric: metric) else {
      return nil
    }
    last = chosen.parameters
    self.process = process
    self.values = warped
  }
}
