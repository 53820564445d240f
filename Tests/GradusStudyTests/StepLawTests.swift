// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import GradusStudy
import Testing

@Suite struct StepLawTests {
  @Test func thePublishedLaw() {
    let rate = StepLaw.published.rate(parameters: 1e9, tokens: 1e11)
    #expect(abs(rate - 1.79 * pow(1e9, -0.713) * pow(1e11, 0.307)) < 1e-15)
    #expect(abs(rate - 1.6e-3) < 0.1e-3)
    #expect(abs((StepLaw.published.batch(tokens: 1e11) ?? 0) - 1.1e6) < 0.1e6)
  }

  /// Losses that are parabolas around a known law.
  private static func sizes(noise: Double = 0, seed: UInt64 = 0) -> [StepLawFit.Size] {
    var stream = RandomStream(seed: seed)
    return [1e3, 1e4, 1e5].flatMap { n in
      [1e5, 1e6, 1e7].map { d in
        let (rate, batch) = (log(0.5 * pow(n, -0.4) * pow(d, 0.2)), log(2 * pow(d, 0.5)))
        let trials = (-8...8).flatMap { i in
          (-4...4).map { j in
            let (x, y) = ((rate / log(2)).rounded() + Double(i), (batch / log(2)).rounded() + Double(j))
            let miss = pow(x * log(2) - rate, 2) + 0.3 * pow(y * log(2) - batch, 2)
            return StepLawFit.Trial(rate: pow(2, x), batch: pow(2, y), loss: 2 + 0.1 * miss + noise * stream.normal())
          }
        }
        return StepLawFit.Size(parameters: n, tokens: d, trials: trials)
      }
    }
  }

  @Test func parabolasGiveTheirLawBack() throws {
    let fit = try StepLawFit(Self.sizes(), stream: RandomStream(seed: 1))
    #expect(fit.minima.allSatisfy { $0.isConvex })
    #expect(abs(fit.law.rateOfParameters + 0.4) < 1e-9 && abs(fit.law.rateOfTokens - 0.2) < 1e-9)
    #expect(abs(fit.law.rateLogarithm - log(0.5)) < 1e-8)
    #expect(abs((fit.law.batchOfTokens ?? 0) - 0.5) < 1e-9)
    #expect(fit.rateR2 > 1 - 1e-12 && fit.batchR2 ?? 0 > 1 - 1e-12)
  }

  /// Intervals of 90 % from nine sizes are a little narrow; drawn sets of as few leave some of the spread out.
  @Test func intervalsHoldTheTruthMostOfTheTime() throws {
    var held = 0
    for seed in 0..<30 as Range<UInt64> {
      let fit = try StepLawFit(Self.sizes(noise: 0.003, seed: seed), draws: 300, stream: RandomStream(seed: seed))
      #expect(fit.rateR2 < 1 && fit.rateR2 > 0.9)
      held += fit.rateOfParameters.contains(-0.4) ? 1 : 0
      held += fit.rateOfTokens.contains(0.2) ? 1 : 0
    }
    #expect(held >= 42 && held < 60)
  }

  @Test func regretIsZeroAtTheBestAndGrows() {
    let size = Self.sizes()[4]
    let best = log(0.5) - 0.4 * log(size.parameters) + 0.2 * log(size.tokens)
    func law(_ shift: Double) -> StepLaw {
      StepLaw(rateLogarithm: best + shift, rateOfParameters: 0, rateOfTokens: 0)
    }
    #expect(abs(StepLawFit.regret(of: law(0), on: size)) < 0.02)
    #expect(StepLawFit.regret(of: law(3), on: size) > 0.3)
  }

  @Test func whatDeterminesNoLawIsSaid() {
    let sizes = Self.sizes()
    for few in [Array(sizes.prefix(2)), Array(sizes.prefix(3)), []] {
      #expect(throws: StepLawFit.Unfit.self) { _ = try StepLawFit(few, stream: RandomStream(seed: 1)) }
    }
    let lost = StepLawFit.Size(parameters: 10, tokens: 100, trials: [.init(rate: 1, loss: .nan)])
    let error = #expect(throws: StepLawFit.Unfit.self) { try StepLawFit([lost], stream: RandomStream(seed: 1)) }
    #expect(error?.description == "no training of 10 parameters on 100 tokens has a finite loss")
  }

  @Test func anEdgeOfTheGridIsNotConvex() throws {
    var sizes = Self.sizes()
    sizes[0].trials = sizes[0].trials.filter { $0.rate < 1e-3 * (sizes[0].trials.map(\.rate).max() ?? 1) }
    let fit = try StepLawFit(sizes, stream: RandomStream(seed: 1))
    #expect(fit.minima.map(\.isConvex) == [false] + [Bool](repeating: true, count: 8))
  }
}
