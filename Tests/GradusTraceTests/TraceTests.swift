// SPDX-License-Identifier: Apache-2.0
import GradusTrace
import Testing

private func times(_ a: Traced<Double>, _ b: Traced<Double>) -> Traced<Double> {
  do {
    let (x, y) = (try a.value, try b.value)
    return a.recorder.record("multiply", [a.id, b.id], x * y, Pullback { [$0 * y, $0 * x] })
  } catch {
    return a.recorder.fail("multiply", [a.id, b.id], error)
  }
}

/// Which nodes an output depends on.
private struct Causes: Feedback {
  var nodes: Set<Int>
  mutating func merge(_ other: Causes) { nodes.formUnion(other.nodes) }
}

private struct Provenance: Propagator {
  func pass(_ note: Causes, back node: Int, in trace: Trace) async throws -> [Causes?] {
    trace.inputs(of: node).map { Causes(nodes: note.nodes.union([$0])) }
  }
}

private struct Remarks: Feedback {
  var texts: [String]
  mutating func merge(_ other: Remarks) { texts += other.texts }
}

/// Texts hear a remark that somebody wrote; numbers pass remarks on.
private struct Critique: Propagator {
  func pass(_ note: Remarks, back node: Int, in trace: Trace) async throws -> [Remarks?] {
    var shares: [Remarks?] = []
    for input in trace.inputs(of: node) {
      await Task.yield()
      let isText = trace.value(of: input) is String
      shares.append(isText ? Remarks(texts: note.texts.map { "\(trace.operation(of: node)): \($0)" }) : note)
    }
    return shares
  }
}

private struct Failure: Error {}

@Suite("The trace")
struct TraceTests {
  @Test func gradientOfAProduct() throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 3.0), y = recorder.parameter("y", 4.0)
    let z = times(times(x, y), x)
    let heard = try recorder.propagate([(z.id, 1.0)], by: Gradients<Double>())
    #expect(heard[x] == 24)
    #expect(heard[y] == 9)
  }

  @Test func wordsAndNumbersOnOneTrace() async throws {
    let recorder = Recorder()
    let prompt = recorder.parameter("prompt", "be brief"), weight = recorder.parameter("weight", 2.0)
    let answer = recorder.record("model", [prompt.id], "fine")
    let score = recorder.record("grade", [answer.id], 0.5)
    let unused = recorder.parameter("unused", 1.0)
    let total = times(score, weight)
    let gradients = try recorder.propagate([(total.id, 1.0)], by: Gradients<Double>())
    #expect(gradients[score.id] == nil && gradients[weight] == 0.5 && gradients[prompt] == nil)
    let causes = try await recorder.trace.propagate(Causes(nodes: [total.id]), from: total.id, by: Provenance())
    #expect(causes[prompt]?.nodes == [total.id, score.id, answer.id, prompt.id])
    #expect(causes[unused] == nil)
    let remarks = try await recorder.trace.propagate(Remarks(texts: ["too long"]), from: total.id, by: Critique())
    #expect(remarks[prompt]?.texts == ["model: grade: too long"])
  }

  @Test func aFailureIsANodeThatHearsFeedback() async throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 3.0)
    let broken: Traced<Double> = recorder.attempt("divide", [x.id]) { throw Failure() }
    let later: Traced<Double> = recorder.attempt("add", [broken.id]) { 1 }
    #expect(throws: TraceError.self) { try later.value }
    #expect(throws: TraceError.self) { try recorder.propagate([(later.id, 1.0)], by: Gradients<Double>()) }
    #expect("\(recorder.trace)".contains("%1 = divide(%0) : error"))
    let causes = try await recorder.trace.propagate(Causes(nodes: []), from: later.id, by: Provenance())
    #expect(causes[x]?.nodes == [broken.id, x.id])
  }

  @Test func longChainsNeitherRecurseNorLeak() throws {
    let recorder = Recorder()
    var x = recorder.parameter("x", 1.0)
    let first = x, pullback = Pullback<Double> { [$0] }
    for _ in 0..<200_000 { x = recorder.record("id", [x.id], 1.0, pullback) }
    let heard = try recorder.propagate([(x.id, 1.0)], by: Gradients<Double>(), consuming: true)
    #expect(heard[first] == 1)
    #expect(throws: TraceError.self) { try x.value }
    #expect(try first.value == 1)
  }

  @Test func stopStops() throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 3.0)
    let heard = try recorder.propagate([(times(x, recorder.stop(x)).id, 1.0)], by: Gradients<Double>())
    #expect(heard[x] == 3)
  }

  @Test func segmentsAreComputedAgain() throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 2.0)
    let y = recorder.segment("cube", [x]) { times(times($0[0], $0[0]), $0[0]) }
    #expect(try y.value == 8)
    #expect(recorder.trace.count == 2)
    #expect(try recorder.propagate([(y.id, 1.0)], by: Gradients<Double>())[x] == 12)
  }

  @Test func severalSeedsAdd() throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 2.0)
    let y = times(x, x)
    let heard = try recorder.propagate([(x.id, 1.0), (y.id, 1.0), (y.id, 1.0)], by: Gradients<Double>())
    #expect(heard[x] == 9)
  }

  @Test func wrongSharesAreRefused() {
    let recorder = Recorder()
    let x = recorder.parameter("x", 2.0)
    let y = recorder.record("two", [x.id], 1.0, Pullback { [$0, $0] })
    #expect(throws: TraceError.self) { try recorder.propagate([(y.id, 1.0)], by: Gradients<Double>()) }
  }

  @Test func otherTypesAndMissingNodesAreErrors() {
    let recorder = Recorder()
    let x = recorder.parameter("x", 2.0)
    #expect(throws: TraceError.self) { try Traced<String>(id: x.id, recorder: recorder).value }
    #expect(throws: TraceError.self) { try Traced<Double>(id: 7, recorder: recorder).value }
    #expect(throws: TraceError.self) { try recorder.propagate([(7, 1.0)], by: Gradients<Double>()) }
  }

  @Test func longTracesArePrintedInPart() {
    let recorder = Recorder()
    for i in 0..<500 { _ = recorder.parameter("x", i) }
    let text = recorder.trace.printed(lines: 10)
    #expect(text.split(separator: "\n").count == 11)
    #expect(text.contains("490 nodes left out") && text.contains("%499 = x : 499"))
  }

  @Test func resetKeepsWhatCameBefore() {
    let recorder = Recorder()
    for i in 0..<5 { _ = recorder.parameter("x", i) }
    recorder.reset(to: 2)
    #expect(recorder.trace.count == 2)
  }
}
