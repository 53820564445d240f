// SPDX-License-Identifier: Apache-2.0
// read REPEATS FILE…: a model file from disk to the standard form; one JSON line a file with the median of the repeats.
import GradusModeling

let arguments = CommandLine.arguments.dropFirst()
guard let repeats = arguments.first.flatMap({ Int($0) }), repeats > 0 else {
  preconditionFailure("usage: read REPEATS FILE…")
}
for path in arguments.dropFirst() {
  var times: [Double] = []
  var size = ""
  // The first reading pays for the page cache and the first growth of memory.
  for _ in 0...repeats {
    let begin = ContinuousClock.now
    let form = try ModelFile.read(path: path)
    let spent = (ContinuousClock.now - begin).components
    times.append(Double(spent.seconds) + Double(spent.attoseconds) * 1e-18)
    size = "\"rows\": \(form.rowLower.count), \"columns\": \(form.costs.count)"
  }
  let sorted = times.dropFirst().sorted()
  print("{\"seconds\": \(sorted[sorted.count / 2]), \(size)}")
}
