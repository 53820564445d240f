// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢⱼ covarianceᵢⱼ·shareᵢ·shareⱼ  s.t.  Σᵢ shareᵢ = 1,  Σᵢ gainᵢ·shareᵢ ≥ target,  0 ≤ shareᵢ ≤ limit
///
/// The covariance is that of two common factors and a variance of each fund's own. Beyond ten funds, where nobody would tell
/// a table, the factors stand in the model: Σ_f exposure_f² + Σᵢ ownᵢ·shareᵢ² with exposure_f = Σᵢ load_if·shareᵢ.
///
/// Equal shares are feasible: the limit is above 1/n and the target below the mean gain. A fund's own variance is greater than what
/// rounding the table can take away, so both objectives are convex.
struct PortfolioFamily: DrawnFamily {
  let name = "portfolio"

  let settings = [
    StorySetting(
      ["FUND": StoryNames.funds, "FACTOR": ["growth", "inflation", "rates", "sentiment"]],
      ["who": "An investor", "FUND": "fund", "funds": "funds", "what": "savings"]),
    StorySetting(
      ["FUND": StoryNames.metals, "FACTOR": ["growth", "inflation", "rates", "sentiment"]],
      ["who": "A trading house", "FUND": "commodity", "funds": "commodities", "what": "capital"]),
    StorySetting(
      ["FUND": StoryNames.crudes, "FACTOR": ["growth", "inflation", "rates", "sentiment"]],
      ["who": "A pension fund", "FUND": "oil contract", "funds": "oil contracts", "what": "reserve"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name)
    model.sets = [.init("FUND", story.names("FUND", size > 10 ? size - 2 : max(3, size), &stream))]
    model.declare("gain", over: ["FUND"], unit: "percent")
    model.declare("target", unit: "percent")
    model.declare("limit")
    model.variables = [.init("share", over: ["FUND"], lower: "0", upper: "limit")]
    model.constraints = [
      .init("whole", "sum(i in FUND) share[i] == 1"), .init("return", "sum(i in FUND) gain[i] * share[i] >= target"),
    ]
    guard size > 10 else {
      model.declare("covariance", over: ["FUND", "FUND"])
      model.objective = "sum(i in FUND, j in FUND) covariance[i,j] * share[i] * share[j]"
      return model
    }
    model.sets.append(.init("FACTOR", story.names("FACTOR", 2, &stream)))
    model.declare("load", over: ["FUND", "FACTOR"])
    model.declare("own", over: ["FUND"])
    model.variables.append(.init("exposure", over: ["FACTOR"]))
    model.objective = "sum(f in FACTOR) exposure[f]^2 + sum(i in FUND) own[i] * share[i]^2"
    model.constraints.append(
      .init("exposed", for: "f in FACTOR", "exposure[f] == sum(i in FUND) load[i,f] * share[i]"))
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = max(1, model.size("FUND"))
    let gains = stream.tenths(n, 1, 14)
    let loads = (0..<n).map { _ in [stream.tenth(-2, 5), stream.tenth(-3, 3)] }
    let own = stream.tenths(n, 3, 12)
    var covariance = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        let value = loads[i][0] * loads[j][0] + loads[i][1] * loads[j][1] + (i == j ? own[i] : 0)
        covariance[i * n + j] = (value * 10).rounded() / 10 + 0
        covariance[j * n + i] = covariance[i * n + j]
      }
    }
    let mean = gains.reduce(0, +) / Double(n)
    model.put("gain", gains)
    model.put("covariance", covariance)
    model.put("load", loads.flatMap { $0.map { $0 + 0 } })
    model.put("own", own)
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
    let hasTable = t.model.parameters.contains { $0.name == "covariance" }
    if !hasTable {
      t.say(
        "Two things move all \(s["funds"]): \(t.list("FACTOR")).", "Common factors of risk are \(t.list("FACTOR")).",
        "The \(s["funds"]) depend on \(t.list("FACTOR")).")
    }
    t.data(
      [("load", "sensitivity")], "How strongly each \(s["FUND"]) reacts to each factor, in percent",
      "The sensitivities of the \(s["funds"]) to the factors, in percent",
      "The loads of the factors on the "
        + "\(s["funds"]) (percent)")
    t.data(
      [("own", "own variance")], "Besides, each \(s["FUND"]) has a variance of its own, in squared percent",
      "The variances that are left, in squared percent",
      "What each \(s["FUND"]) adds by itself, as a variance in squared percent")
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
    if hasTable {
      t.say(
        "Any fractions are possible. The variance of the total gain is to be least.",
        "Find the shares, which may be any fractions, with the smallest variance of the whole.",
        "Which shares have the least variance, that is the sum over all pairs of covariance times both shares?")
    } else {
      t.say(
        "The risk is the sum of two parts: for each factor the square of the sensitivity of the whole, weighted by shares, and for "
          + "each \(s["FUND"]) its own variance times the square of its share. Which shares, any fractions, have the least risk?",
        "For each factor, average the sensitivities with the shares and square the result; add, for each \(s["FUND"]), its own "
          + "variance times its squared share. This sum should be least; shares may be any fractions.",
        "The variance of the whole is to be least: the factors are independent with variance 1, so it is the squared weighted "
          + "sensitivities plus each own variance times the share squared. Any fractions are possible.")
    }
  }
}
