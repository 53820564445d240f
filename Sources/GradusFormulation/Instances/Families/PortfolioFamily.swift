// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢⱼ covarianceᵢⱼ·shareᵢ·shareⱼ  s.t.  Σᵢ shareᵢ = 1,  Σᵢ gainᵢ·shareᵢ ≥ target,  0 ≤ shareᵢ ≤ limit
///
/// Equal shares are feasible: the limit is above 1/n and the target below the mean gain. The covariance is that of two common
/// factors and a variance of each fund's own, which stays above all that rounding can take away, so it is positive definite.
struct PortfolioFamily: DrawnFamily {
  let name = "portfolio"

  let settings = [
    StorySetting(
      ["FUND": StoryNames.funds], ["who": "An investor", "FUND": "fund", "funds": "funds", "what": "savings"]),
    StorySetting(
      ["FUND": StoryNames.metals],
      ["who": "A trading house", "FUND": "commodity", "funds": "commodities", "what": "capital"]),
    StorySetting(
      ["FUND": StoryNames.crudes],
      ["who": "A pension fund", "FUND": "oil contract", "funds": "oil contracts", "what": "reserve"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name)
    model.sets = [.init("FUND", story.names("FUND", max(3, size), &stream))]
    model.declare("gain", over: ["FUND"], unit: "percent")
    model.declare("covariance", over: ["FUND", "FUND"])
    model.declare("target", unit: "percent")
    model.declare("limit")
    model.variables = [.init("share", over: ["FUND"], lower: "0", upper: "limit")]
    model.objective = "sum(i in FUND, j in FUND) covariance[i,j] * share[i] * share[j]"
    model.constraints = [
      .init("whole", "sum(i in FUND) share[i] == 1"), .init("return", "sum(i in FUND) gain[i] * share[i] >= target"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = max(1, model.size("FUND"))
    let gains = stream.tenths(n, 1, 14)
    let loads = (0..<n).map { _ in (stream.uniform(-2, 5), stream.uniform(-3, 3)) }
    var covariance = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var value = loads[i].0 * loads[j].0 + loads[i].1 * loads[j].1
        if i == j { value += stream.uniform(2, 12) + 0.1 * Double(n) }
        value = (value * 10).rounded() / 10 + 0
        covariance[i * n + j] = value
        covariance[j * n + i] = value
      }
    }
    let mean = gains.reduce(0, +) / Double(n)
    model.put("gain", gains)
    model.put("covariance", covariance)
    model.put("target", max(0, (mean * (6 + 3.9 * difficulty)).rounded(.down) / 10))
    model.put("limit", min(1, (max(stream.uniform(0.3, 0.6), 1.5 / Double(n)) * 100).rounded(.up) / 100))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) spreads its \(s["what"]) over \(t.size("FUND")) \(s["funds"]).",
      "\(s["who"]) decides which share of the \(s["what"]) goes into each of \(t.list("FUND")).",
      "\(s["who"]) wants little risk for its \(s["what"]) and can buy \(t.size("FUND")) \(s["funds"]).")
    t.data(
      [("gain", "expected gain")], "The expected gains in a year", "In a year each \(s["FUND"]) is expected to yield",
      "What can be expected of each \(s["FUND"]) a year")
    t.data(
      [("covariance", "covariance")], "The covariances of the gains, in squared percent",
      "How the gains vary together, as a table of covariances in squared percent",
      "Variances and covariances of the yearly gains (squared percent)")
    t.say(
      "The shares add up to exactly 1, and none is negative or above \(t.number("limit")).",
      "All of the \(s["what"]) is invested, so the shares sum to 1; each lies between 0 and \(t.number("limit")).",
      "No \(s["FUND"]) may get a share of more than \(t.number("limit")) of the whole, none less than 0, and the "
        + "whole, which is 1, is spent."
    )
    t.say(
      "The expected gain of the mixture must be at least \(t.number("target")).",
      "Altogether an expected gain of \(t.number("target")) or more is required.",
      "The gain expected overall, weighted by shares, may not fall below \(t.number("target")).")
    t.say(
      "Any fractions are possible. The variance of the total gain is to be least.",
      "Find the shares, which may be any fractions, with the smallest variance of the whole.",
      "Which shares have the least variance, that is the sum over all pairs of covariance times both shares?")
  }
}
