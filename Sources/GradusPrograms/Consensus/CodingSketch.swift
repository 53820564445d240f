// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A task whose solution is known, as a tree of functions: what a simulated coder has in mind.
public struct CodingSketch: Sendable, Hashable {
  /// All functions, the root first; each calls later ones.
  public var program: MiniProgram
  /// What each does, in words.
  public var summaries: [String: String]
  /// Levels of the tree.
  public var depth: Int

  /// A root that passes a list through three functions; at depth 3 two of them pass it through two of their own.
  public static func random(depth: Int, _ random: RandomStream) throws(MiniError) -> CodingSketch {
    var stream = random.child("sketch")
    let order = stream.permutation(Self.leaves.count)
    var next = 0
    func leaf() -> (name: String, text: String) {
      let found = Self.leaves[order[next % Self.leaves.count]]
      next += 1
      return found
    }
    var texts: [String] = []
    var summaries = ["f": "passes the list through its parts in order"]
    var parts: [String] = []
    for k in 0..<3 {
      if depth >= 3, k < 2 {
        let name = "part\(k)"
        let (a, b) = (leaf(), leaf())
        texts += [
          "fn \(name)(xs: [Int]) -> [Int] {\n  let a = \(a.name)(xs)\n  let b = \(b.name)(a)\n  return b\n}", a.text,
          b.text,
        ]
        summaries[name] = "\(a.name), then \(b.name)"
        parts.append(name)
      } else {
        let own = leaf()
        texts.append(own.text)
        parts.append(own.name)
      }
    }
    for (name, _) in Self.leaves { summaries[name] = "the operation \(name)" }
    let root =
      "fn f(xs: [Int]) -> [Int] {\n  let a = \(parts[0])(xs)\n  let b = \(parts[1])(a)\n  let c = \(parts[2])(b)\n  return c\n}"
    return CodingSketch(
      program: try MiniProgram(parsing: ([root] + texts).joined(separator: "\n")), summaries: summaries, depth: depth)
  }

  /// Small functions from list to list, none of which is another.
  static let leaves: [(name: String, text: String)] = {
    func each(_ name: String, _ body: String, _ start: String = "") -> (name: String, text: String) {
      (
        name,
        "fn \(name)(xs: [Int]) -> [Int] {\n  let ys: [Int] = []\n\(start)  for x in xs {\n\(body)  }\n  return ys\n}"
      )
    }
    return [
      each("doubled", "    push(ys, 2 * x)\n"), each("squared", "    push(ys, x * x)\n"),
      each("raised", "    push(ys, x + 3)\n"),
      each("even", "    if x % 2 == 0 {\n      push(ys, x)\n    }\n"),
      each("positive", "    if x > 0 {\n      push(ys, x)\n    }\n"),
      each("running", "    total = total + x\n    push(ys, total)\n", "  let total = 0\n"),
      each("differences", "    push(ys, x - last)\n    last = x\n", "  let last = 0\n"),
      each("clipped", "    if x > 5 {\n      push(ys, 5)\n    } else {\n      push(ys, x)\n    }\n"),
      each("twice", "    push(ys, x)\n    push(ys, x)\n"),
      each("highest", "    top = max(top, x)\n    push(ys, top)\n", "  let top = -9\n"),
    ]
  }()

  /// The task of writing the root, with examples of the known solution.
  public func task(examples: Int, _ random: RandomStream) throws(MiniError) -> CodingTask {
    let suite = try tests(examples, random)
    return try CodingTask(stub("f") ?? CodingTask.Stub("fn f(xs: [Int]) -> [Int]", ""), examples: suite.cases)
  }

  /// Tests by the known solution.
  public func tests(_ count: Int, _ random: RandomStream) throws(MiniError) -> MiniTestSuite {
    var stream = random.child("tests")
    let inputs = (0..<count).map { _ in [MiniInputs().value(.list(.int), &stream)] }
    return MiniTestSuite("f", reference: try MiniCode(program), inputs: inputs)
  }

  func stub(_ name: String) -> CodingTask.Stub? {
    program[name].map { CodingTask.Stub($0.signature, summaries[name] ?? "") }
  }
}
