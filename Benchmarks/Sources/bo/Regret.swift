// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics

func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Regret after so many answers.
struct Regret {
  let options: Options

  func run() throws {
    let method = try options.method()
    let names = (options.text("--problems") ?? "table").split(separator: ",").map(String.init)
    let problems = names.flatMap { name -> [TestProblem] in
      switch name {
      case "table": TestProblem.table
      case "others": TestProblem.others
      default: (TestProblem.table + TestProblem.others).filter { $0.name == name }
      }
    }
    let range = (options.text("--seeds") ?? "0-9").split(separator: "-").compactMap { UInt64($0) }
    let answers = options.number("--answers", 50)
    let batch = options.number("--batch", 1)
    let isRandom = options.has("--random")
    for problem in problems {
      var (regrets, seconds): ([Double], [Double]) = ([], [])
      for seed in range[0]...range[range.count - 1] {
        let found =
          try isRandom ? (random(problem, answers, seed), 0) : self.regret(method, problem, answers, batch, seed)
        regrets.append(found.0)
        seconds.append(found.1)
        if options.has("--each") { print("  \(problem.name) \(seed) \(found.0)") }
      }
      let sorted = regrets.sorted()
      let n = sorted.count
      let median = n % 2 == 1 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2])
      let logs = sorted.reduce(0) { $0 + log10(max($1, 1e-12)) } / Double(n)
      let time = seconds.sorted()[n / 2]
      print(
        String(
          format: "%-18@ median %10.3g   worst quartile %10.3g   log10 %7.3f   %7.2f ms", problem.name as NSString,
          median, sorted[(3 * n) / 4], logs, 1e3 * time))
    }
  }

  /// Final regret, and processor seconds a suggestion after the first 16.
  private func regret(
    _ method: BayesianOptimization, _ problem: TestProblem, _ answers: Int, _ batch: Int, _ seed: UInt64
  ) throws -> (Double, Double) {
    let space = try SearchSpace(Box(lower: Vector(problem.lower), upper: Vector(problem.upper)))
    let run = try Run(
      SearchProblem(
        space, constraints: problem.constraints, isNoisy: problem.noise > 0, budget: answers, parallelism: batch),
      by: method, seed: seed)
    var noise = RandomStream(seed: 1000 + seed)
    var best = Double.infinity
    var told = 0
    let begin = processorSeconds()
    while told < answers {
      let tickets = try (0..<min(batch, answers - told)).compactMap { _ in try run.ask() }
      guard !tickets.isEmpty else { break }
      for ticket in tickets {
        let found = problem(ticket.question.point)
        if found.dropFirst().allSatisfy({ $0 <= 1e-9 }) { best = min(best, found[0]) }
        let heard = found[0] + (problem.noise > 0 ? problem.noise * noise.normal() : 0)
        try run.tell(
          ticket.number, answer: Outcomes(objectives: [heard], constraints: Array(found.dropFirst())))
        told += 1
      }
    }
    let seconds = (processorSeconds() - begin) / Double(answers)
    if problem.noise > 0 { best = problem(run.report.point)[0] }
    return (best - problem.best, seconds)
  }

  private func random(_ problem: TestProblem, _ answers: Int, _ seed: UInt64) -> Double {
    var stream = RandomStream(seed: seed)
    var best = (heard: Double.infinity, value: Double.infinity)
    for _ in 0..<answers {
      let x = Vector(problem.lower.indices.map { stream.uniform(problem.lower[$0], problem.upper[$0]) })
      let found = problem(x)
      guard found.dropFirst().allSatisfy({ $0 <= 1e-9 }) else { continue }
      let heard = found[0] + (problem.noise > 0 ? problem.noise * stream.normal() : 0)
      if heard < best.heard { best = (heard, found[0]) }
    }
    return best.value - problem.best
  }
}
