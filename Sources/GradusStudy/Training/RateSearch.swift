// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The learning rate of each stage of a training, found by trying several for a few steps.
///
///     stage of τ steps:   for c = 1 … C:  try ηc for τ' steps from the begin of the stage,  Lc ← forecast of the loss at τ
///                         train τ steps with the η whose forecast is smallest;  τ ← 2τ up to the longest
///     ηc:                 the first in the middle of the range; then least of mean − κ·deviation of a Gaussian process in log η
///
/// The whole costs as many trial steps as training steps where C·τ' = τ. A pure value: it says what to run next and is told
/// the losses; who runs it keeps the begin of the stage.
///
/// **Reference** Y. Jin et al., *AutoLRS*, ICLR 2021, algorithm 1; κ = 1000 in the paper, almost pure exploration.
public struct RateSearch: Sendable, Codable, Hashable {
  /// The smallest and the largest rate that is tried.
  public var lowest: Double
  public var highest: Double
  /// τ of the first stage and of the longest.
  public var firstStage: Int
  public var longestStage: Int
  /// C.
  public var candidates: Int
  /// τ'/τ.
  public var trialShare: Double
  /// κ.
  public var exploration: Double

  /// Rates of one stage that were tried: ln η with the forecast.
  private var tried: [[Double]] = []
  private var stage: Int
  private var begin: Double?
  private var current: Part?

  public init(
    lowest: Double = 1e-3, highest: Double = 1, firstStage: Int = 1000, longestStage: Int = 8000, candidates: Int = 10,
    trialShare: Double = 0.1, exploration: Double = 1000
  ) {
    precondition(lowest > 0 && highest > lowest && highest.isFinite, "rates from \(lowest) to \(highest)")
    precondition(firstStage > 0 && longestStage >= firstStage && candidates > 0, "a stage has steps and candidates")
    precondition(trialShare > 0 && trialShare <= 1 && exploration >= 0, "a trial is a share of its stage")
    self.lowest = lowest
    self.highest = highest
    self.firstStage = firstStage
    self.longestStage = longestStage
    self.candidates = candidates
    self.trialShare = trialShare
    self.exploration = exploration
    stage = firstStage
  }

  /// What to run next.
  public struct Part: Sendable, Codable, Hashable {
    public var rate: Double
    public var steps: Int
    /// Whether the training goes back to the begin of the stage afterwards.
    public var isTrial: Bool
  }

  /// The next part. Asking twice gives the same; `remaining` training steps bound a stage.
  public mutating func next(remaining: Int) -> Part {
    if let current { return current }
    let length = min(stage, max(1, remaining))
    let part: Part
    if tried.count < candidates {
      part = Part(
        rate: exp(candidate()), steps: max(3, Int((trialShare * Double(length)).rounded())), isTrial: true)
    } else {
      part = Part(rate: best, steps: length, isTrial: false)
    }
    current = part
    return part
  }

  /// Whether what is run goes back to the begin of its stage.
  var isTrying: Bool { current?.isTrial ?? true }

  /// The losses of the part that was run, one a step, and what the loss was when it began, if known.
  public mutating func tell(_ losses: [Double]) {
    guard let part = current else { preconditionFailure("nothing was asked of the search for a rate") }
    current = nil
    guard part.isTrial else {
      tried = []
      begin = losses.last { $0.isFinite }
      stage = min(2 * stage, longestStage)
      return
    }
    tried.append([log(part.rate), forecast(losses)])
  }

  /// The forecasts of this stage: rate and loss.
  public var forecasts: [(rate: Double, loss: Double)] { tried.map { (exp($0[0]), $0[1]) } }

  /// The tried rate with the smallest forecast.
  private var best: Double {
    exp(tried.min { $0[1] < $1[1] }?[0] ?? 0.5 * (log(lowest) + log(highest)))
  }

  /// 10⁶ for a series with NaN or infinity, the loss at its begin for one that exploded.
  private func forecast(_ losses: [Double]) -> Double {
    guard let fit = LossForecast(losses) else { return 1e6 }
    let first = begin ?? losses[0]
    let value = fit.value(at: stage)
    guard value.isFinite else { return first }
    let lowest = losses.min() ?? first
    // An extrapolation may not promise more than twice the fall that was seen.
    return min(max(value, lowest - (losses[0] - lowest)), max(first, losses[0]))
  }

  /// ln η of the next trial, from 200 places in equal ratios.
  private func candidate() -> Double {
    let (low, high) = (log(lowest), log(highest))
    guard !tried.isEmpty else { return 0.5 * (low + high) }
    let points = tried.map { Vector([($0[0] - low) / (high - low)]) }
    // Failed trials are 10⁶; in the surrogate they count as the worst of the others plus their spread.
    let sound = tried.map { $0[1] }.filter { $0 < 1e6 }
    let (floor, ceiling) = (sound.min() ?? 0, sound.max() ?? 1)
    let values = Vector(tried.map { $0[1] < 1e6 ? $0[1] : ceiling + max(ceiling - floor, 1e-6) })
    let process = try? GaussianProcess.fitted(to: points, observations: values, lengths: 0.05...2)
    var (best, place) = (Double.infinity, 0.0)
    for k in 0..<200 {
      let x = (Double(k) + 0.5) / 200
      let nearest = points.map { abs($0[0] - x) }.min() ?? 1
      let score: Double
      if let process {
        let (mean, variance) = process.posterior(at: Vector([x]))
        score = mean - exploration * variance.squareRoot()
      } else {
        score = -nearest
      }
      if score < best { (best, place) = (score, x) }
    }
    return low + place * (high - low)
  }
}
