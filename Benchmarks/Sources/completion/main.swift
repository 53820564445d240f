// SPDX-License-Identifier: Apache-2.0
// completion ROWS COLUMNS RANK ENTRIES SWEEPS SHARE: a matrix of that rank plus 1 % of noise, completed from so many entries,
// a twentieth of which are held out; one line a sweep with time, operations, misfit and what the held-out entries tell.
// SHARE > 0: inner errors follow the outer one by that share; 0: two steps of conjugate gradients; < 0: exact regressions.
import GradusComposite
import GradusNumerics

func seconds(_ duration: Duration) -> Double {
  let (whole, atto) = duration.components
  return Double(whole) + Double(atto) * 1e-18
}

let numbers = CommandLine.arguments.dropFirst().compactMap { Double($0) }
guard numbers.count == 6 else { preconditionFailure("usage: completion ROWS COLUMNS RANK ENTRIES SWEEPS SHARE") }
let (m, n, k, count, sweeps) = (
  Int(numbers[0]), Int(numbers[1]), Int(numbers[2]), Int(numbers[3]), Int(numbers[4])
)
let share = numbers[5]
var random = RandomStream(seed: 1)
let (left, right) = (random.normals(m * k).elements, random.normals(n * k).elements)
let (perColumn, noise) = (count / n, 0.01 * Double(k).squareRoot())
var starts: [Int32] = [0]
var (rows, values): ([Int32], [Double]) = ([], [])
var isTaken = [Bool](repeating: false, count: m)
for j in 0..<n {
  let first = rows.count
  while rows.count < first + perColumn {
    let i = random.integer(below: m)
    if isTaken[i] { continue }
    isTaken[i] = true
    rows.append(Int32(i))
  }
  rows[first...].sort()
  for i in rows[first...] {
    isTaken[Int(i)] = false
    var value = noise * random.normal()
    for c in 0..<k { value += left[Int(i) * k + c] * right[j * k + c] }
    values.append(value)
  }
  starts.append(Int32(rows.count))
}
let observed = SparseMatrix(rowCount: m, columnCount: n, starts: starts, rows: rows, values: values)
let parts = HeldOutError.drawn(from: observed, share: 0.05, random: random)
let clock = ContinuousClock()
var begin = clock.now
var completion = try AlternatingCompletion(parts.kept, rank: k, random: random)
print("\(parts.kept.entryCount) entries, \(parts.heldOut.entryCount) held out; start \(seconds(clock.now - begin)) s")
for sweep in 1...sweeps {
  begin = clock.now
  let before = completion.operations
  let regression: AlternatingCompletion.Regression =
    share > 0 ? .scheduled(share: share, isSketched: false) : share == 0 ? .conjugateGradients(steps: 2) : .exact
  try completion.sweep(regression)
  let spent = seconds(clock.now - begin)
  let certificate = HeldOutError(completion, parts.heldOut)
  print(
    "sweep \(sweep): \(spent) s, \(completion.operations - before) operations, misfit \(completion.misfit), "
      + "held out \(certificate.error), at most \(certificate.upperBound) with 95 %")
}
