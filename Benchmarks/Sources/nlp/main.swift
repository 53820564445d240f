// SPDX-License-Identifier: Apache-2.0
// nlp [--no-simplify] METHOD REPEATS SECONDS FILE…: from parsed model to judged answer in one process; one JSON line a file
// with the median of the repeats. Simplifying and compiling the formulas and their derivatives counts, and is told apart
// as well ("compile", the least); reading the file does not.
import Gradus

func seconds(_ duration: Duration) -> Double {
  let (whole, atto) = duration.components
  return Double(whole) + Double(atto) * 1e-18
}

func number(_ value: Double?) -> String {
  guard let value else { return "null" }
  return value.isFinite ? "\(value)" : "\"\(value)\""
}

var arguments = Array(CommandLine.arguments.dropFirst())
let simplifies = arguments.first != "--no-simplify"
if !simplifies { arguments.removeFirst() }
guard arguments.count > 3, let entry = Catalog.entry(named: arguments[0]), let repeats = Int(arguments[1]), repeats > 0,
  let limit = Double(arguments[2])
else { preconditionFailure("usage: nlp METHOD REPEATS SECONDS FILE…") }

for path in arguments.dropFirst(3) {
  let program = try ModelFile.contents(path: path).program()
  var times: [Double] = []
  var last: ErasedSolution?
  var compile = Double.infinity
  var savings: FormulaSavings?
  for _ in 0...repeats {
    let begin = ContinuousClock.now
    let oracle = FormulaOracle(
      program, simplification: simplifies ? .brief(isDiscrete: program.linear.isDiscrete) : nil)
    compile = min(compile, seconds(ContinuousClock.now - begin))
    savings = oracle.savings
    let run = try entry.open(
      RunRequest(
        problems: [program.nonlinearProgram(isConvex: program.isProvedConvex)], oracles: [oracle],
        judge: oracle.asStated))
    last = try await run.finishErased(until: .time(.seconds(limit)), width: 1, delivery: .inOrder)
    times.append(seconds(ContinuousClock.now - begin))
    if times.reduce(0, +) > limit { break }
  }
  // The first run fills caches, as the first one of every process does.
  let sorted = (times.count > 1 ? Array(times.dropFirst()) : times).sorted()
  guard let last else { continue }
  let sign: Double = program.linear.sense == .minimize ? 1 : -1
  let counts = last.progress.counts.map { "\"\($0.kind)\": \($0.count)" }.joined(separator: ", ")
  print(
    "{\"path\": \"\(path)\", \"seconds\": \(sorted[sorted.count / 2]), \"first\": \(times[0]), "
      + "\"status\": \"\(last.status.rawValue)\", \"objective\": \(number(last.verdict.objective.map { sign * $0 })), "
      + "\"compile\": \(compile), \"saved\": \(savings.map { 1 - $0.costAfter / $0.costBefore } ?? 0), "
      + "\"answers\": {\(counts)}}")
}
