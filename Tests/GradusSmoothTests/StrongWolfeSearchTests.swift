// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct StrongWolfeSearchTests {
  /// A random function of one variable with a falling start: a quartic bowl with waves.
  struct Curve: Sendable {
    let a, b, c, w, p: Double

    init(seed: UInt64) {
      var random = RandomStream(seed: seed)
      a = pow(10, random.uniform(-4, 2))
      b = random.uniform(-3, 3)
      c = pow(10, random.uniform(-3, 3))
      w = random.uniform(0, 20)
      p = random.uniform(0, 1)
    }

    func value(_ t: Double) -> Double { a * pow(t, 4) + b * t * t - c * t + p * cos(w * t) }
    func slope(_ t: Double) -> Double { 4 * a * pow(t, 3) + 2 * b * t - c - p * w * sin(w * t) }
  }

  @Test(arguments: [(1e-4, 0.9), (1e-3, 0.1), (0.1, 0.2)])
  func conditionsHoldOnRandomFunctions(_ constants: (decrease: Double, curvature: Double)) {
    for seed in 0..<300 as Range<UInt64> {
      let f = Curve(seed: seed)
      for first in [1e-6, 1, 1e3] {
        var search = StrongWolfeSearch(
          value: f.value(0), slope: f.slope(0), step: first, decrease: constants.decrease,
          curvature: constants.curvature)
        var trials = 0
        while true {
          trials += 1
          let step = search.step
          guard let next = search.advance(value: f.value(step), slope: f.slope(step)) else { break }
          #expect(next > 0 && next.isFinite, "seed \(seed), first step \(first)")
        }
        let t = search.step
        #expect(search.outcome == .satisfied, "seed \(seed), first step \(first), \(trials) trials")
        #expect(trials <= StrongWolfeSearch.mostTrials)
        let noise = 1e-13 * max(1, abs(f.value(0)))
        #expect(f.value(t) <= f.value(0) + constants.decrease * t * f.slope(0) + noise, "seed \(seed)")
        #expect(abs(f.slope(t)) <= -constants.curvature * f.slope(0) + 1e-12, "seed \(seed)")
      }
    }
  }

  @Test func avoidsValuesThatAreNotFinite() {
    // φ(t) = −ln(1 − t) − 3t, undefined from 1 on; its minimum is at 2/3.
    var search = StrongWolfeSearch(value: 0, slope: -2, step: 50, curvature: 0.1)
    var tried: [Double] = []
    while true {
      let t = search.step
      tried.append(t)
      if search.advance(value: t < 1 ? -log(1 - t) - 3 * t : .nan, slope: t < 1 ? 1 / (1 - t) - 3 : .nan) == nil {
        break
      }
    }
    #expect(tried.first == 50)
    #expect(search.outcome == .satisfied)
    #expect(abs(search.step - 2.0 / 3) < 0.05)
  }

  @Test func endsWhenEveryValueIsUseless() {
    for useless in [Double.nan, .infinity, -.infinity] {
      var search = StrongWolfeSearch(value: 1, slope: -1, step: 1)
      var trials = 1
      while search.advance(value: useless, slope: useless) != nil { trials += 1 }
      #expect(search.outcome == .stalled)
      #expect(trials <= StrongWolfeSearch.mostTrials)
    }
  }

  @Test func endsWhenTheGradientLies() {
    // The slope promises a fall that never comes.
    var search = StrongWolfeSearch(value: 1, slope: -1, step: 1)
    var trials = 1
    while search.advance(value: 1 + search.step, slope: -1) != nil { trials += 1 }
    #expect(search.outcome == .stalled)
    #expect(trials <= StrongWolfeSearch.mostTrials)
  }

  @Test func acceptsBySlopeWhereValuesAreRoundingErrors() {
    // Between neighboring numbers the value cannot tell the steps apart: 10⁶ + (t − 1)²·10⁻²⁰.
    var search = StrongWolfeSearch(value: 1e6, slope: -2e-20, step: 1)
    #expect(search.advance(value: 1e6, slope: 0) == nil)
    #expect(search.outcome == .satisfied)
  }

  @Test func refusesAscent() {
    let search = StrongWolfeSearch(value: 0, slope: 1, step: 1)
    #expect(search.outcome == .stalled)
  }

  @Test func endsAtTheLargestStepOfAnUnboundedFall() {
    var search = StrongWolfeSearch(value: 0, slope: -1, step: 1, maximum: 1e6)
    while search.advance(value: -search.step, slope: -1) != nil {}
    #expect(search.outcome == .stalled)
    #expect(search.step == 1e6)
  }
}
