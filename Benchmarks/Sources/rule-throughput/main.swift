// SPDX-License-Identifier: Apache-2.0
// Seconds of a step of update rules and of plain passes over as much memory, asked for line by line:
//   rule-throughput THREADS
//   rules           the names, with numbers kept a parameter, one a line, then an empty line
//   open RULE N     a square matrix of about N numbers; answers how many
//   step            answers the least seconds of a step in a few samples
//   bound           answers the most bytes a second of a copy, a triad and a sum in a few samples
import Foundation
import GradusFirstOrder
import GradusNative
import PlainLoops

/// The least seconds of a call in a few samples of several calls. The first calls fill the caches, from which whatever was
/// measured before has driven what belongs to this one, and are not counted.
func seconds(_ n: Int, _ body: () -> Void) -> Double {
  let times = max(1, min(200, 2_000_000 / n))
  for _ in 0..<(n > 4_000_000 ? 1 : 3) { body() }
  var least = Double.infinity
  for _ in 0..<(n > 4_000_000 ? 2 : 4) {
    let begin = ContinuousClock.now
    for _ in 0..<times { body() }
    let (whole, atto) = (ContinuousClock.now - begin).components
    least = min(least, (Double(whole) + Double(atto) * 1e-18) / Double(times))
  }
  return least
}

/// Steps of a rule on numbers that do not change.
func stepping(_ rule: some UpdateRule, _ layout: Layout, _ crew: WorkCrew?) -> () -> Double {
  let count = layout.count
  var state = rule.start(layout)
  var parameters = (0..<count).map { Float(($0 &* 2_654_435_761) % 1009) * 1e-3 - 0.5 }
  let gradient = (0..<count).map { Float(($0 &* 40503) % 997) * 1e-3 - 0.5 }
  var step = 0
  return {
    seconds(count) {
      step += 1
      var span = parameters.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: layout,
        context: StepContext(step: step, loss: 1, crew: crew))
    }
  }
}

/// Plain passes over about as many bytes as a rule touches, in two and in three arrays that begin with a line of the cache, in
/// parts that threads share.
func bounding(_ count: Int, words: Int, _ crew: WorkCrew?) -> () -> Double {
  let footprint = count * (2 + words)
  let (two, three) = ((footprint / 2 + 15) / 16 * 16, (footprint / 3 + 15) / 16 * 16)
  var memory = [SIMD16<Float>](repeating: SIMD16(repeating: 1), count: max(2 * two, 3 * three) / 16)
  func parts(_ n: Int, _ body: (Int, Int) -> Void) {
    guard let crew, n > 100_000 else { return body(0, n) }
    crew.run(8 * crew.width) { k in
      let (from, to) = (n / 16 * k / (8 * crew.width) * 16, n / 16 * (k + 1) / (8 * crew.width) * 16)
      body(from, to - from)
    }
  }
  return {
    memory.withUnsafeMutableBytes { memory in
      guard let x = memory.bindMemory(to: Float.self).baseAddress else { return 0 }
      let (y, z, w) = (x + two, x + three, x + 2 * three)
      return max(
        8 * Double(two) / seconds(count) { parts(two) { plain_copy(x + $0, y + $0, $1) } },
        12 * Double(three) / seconds(count) { parts(three) { plain_triad(x + $0, z + $0, w + $0, 0.5, $1) } },
        12 * Double(two) / seconds(count) { parts(two) { plain_add(x + $0, y + $0, 1e-9, $1) } })
    }
  }
}

let rules: [(name: String, words: Int, rule: any UpdateRule)] = [
  ("sgd", 1, SGD()), ("lion", 1, Lion()), ("adagrad", 1, AdaGrad()), ("adam", 2, Adam()), ("adamw", 2, AdamW()),
  ("adabelief", 2, AdaBelief()), ("nadamw", 2, NAdamW()), ("radam", 2, RAdam()), ("exadam", 2, EXAdam()),
  ("rmsprop", 2, RMSProp()), ("sophia", 2, Sophia()), ("schedule-free-adamw", 2, ScheduleFreeAdamW()),
  ("amsgrad", 3, AMSGrad()), ("diffgrad", 3, DiffGrad()), ("adamp", 2, AdamP()), ("sgdp", 1, SGDP()),
  ("prodigy", 4, Prodigy()),
]

guard CommandLine.arguments.count == 2, let threads = Int(CommandLine.arguments[1]), threads > 0 else {
  FileHandle.standardError.write(Data("usage: rule-throughput THREADS\n".utf8))
  exit(2)
}
let crew = threads > 1 ? WorkCrew(width: threads) : nil
var step: () -> Double = { .nan }
var bound: () -> Double = { .nan }
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  switch words.first {
  case "rules":
    for rule in rules { print(rule.name, rule.words) }
    print("")
  case "open" where words.count == 3:
    guard let rule = rules.first(where: { $0.name == words[1] }), let n = Double(words[2]), n >= 1 else {
      exit(2)
    }
    let side = Int(n.squareRoot())
    // What was measured before is given back first.
    (step, bound) = ({ .nan }, { .nan })
    step = stepping(rule.rule, Layout([("w", [side, side])]), crew)
    bound = bounding(side * side, words: rule.words, crew)
    print(side * side)
  case "step": print(step())
  case "bound": print(bound())
  default: exit(2)
  }
  fflush(nil)
}
