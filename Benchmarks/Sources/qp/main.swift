// SPDX-License-Identifier: Apache-2.0
// qp REPEATS FILE…: from parsed model to judged answer in one process; one JSON line a file with the median of the repeats.
import GradusCore
import GradusModeling
import GradusNumerics
import GradusSmooth

func seconds(_ duration: Duration) -> Double {
  let (whole, atto) = duration.components
  return Double(whole) + Double(atto) * 1e-18
}

let arguments = CommandLine.arguments.dropFirst()
guard let repeats = arguments.first.flatMap({ Int($0) }), repeats > 0 else {
  preconditionFailure("usage: qp REPEATS FILE…")
}
for path in arguments.dropFirst() {
  let form = try ModelFile.read(path: path)
  var times: [Double] = []
  var last: Solution<Vector>?
  for _ in 0...repeats {
    let begin = ContinuousClock.now
    let problem = try QuadraticProgram(form)
    let run = try Run(problem, by: QPInteriorPoint(), asking: ())
    last = try await run.finish(until: .methodEnds)
    times.append(seconds(ContinuousClock.now - begin))
  }
  // The first run pays for opening libraries and filling caches, as the first one of every process does.
  let sorted = times.dropFirst().sorted()
  let status = last?.status.rawValue ?? "failed"
  let value = last?.verdict.objective.map { "\($0)" } ?? "null"
  print(
    "{\"path\": \"\(path)\", \"seconds\": \(sorted[sorted.count / 2]), \"first\": \(times[0]), \"status\": \"\(status)\","
      + " \"objective\": \(value), \"steps\": \(last?.progress.answers ?? 0)}")
}
