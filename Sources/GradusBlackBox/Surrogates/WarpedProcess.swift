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
    func scored(_ exponent: Double, _ parameters: SurrogateFit.Parameters) -> (warp: ValueWarp, score: Double)? {
      let warp = ValueWarp(sound, exponent: exponent)
      let evidence = Evidence(points, Vector(places.map { warp(values[$0]) }), fit.kernel, metric)
      guard let profile = evidence.profile(parameters.lengths, parameters.noiseShare) else { return nil }
      return (warp, profile.logEvidence + places.reduce(0) { $0 + warp.logSlope(values[$1]) })
    }
    func fitted(_ exponent: Double, from start: SurrogateFit.Parameters?) -> SurrogateFit.Parameters {
      let warp = ValueWarp(sound, exponent: exponent)
      return fit.parameters(
        for: points, observations: Vector(places.map { warp(values[$0]) }), metric: metric, last: start,
        random: &random)
    }
    var exponents = isWarped && sound.count >= 5 ? ValueWarp.exponents : [1]
    var start = last
    if refits || last == nil, places.count > SurrogateFit.many {
      // One warp is fitted to many values, the most probable one under the parameters there are.
      let usual = start ?? fitted(1, from: nil)
      start = usual
      exponents =
        exponents.map { ($0, scored($0, usual)?.score ?? -.infinity) }.max { $0.1 < $1.1 }.map { [$0.0] } ?? [1]
    }
    var chosen: (warp: ValueWarp, parameters: SurrogateFit.Parameters, score: Double)?
    for exponent in exponents {
      let kept = refits ? nil : last
      let parameters = kept ?? fitted(exponent, from: start)
      guard let found = scored(exponent, parameters), found.score > chosen?.score ?? -.infinity else { continue }
      chosen = (found.warp, parameters, found.score)
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
