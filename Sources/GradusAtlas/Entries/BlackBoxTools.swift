// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusPrograms
import GradusTrace

/// Plans for tools that are never called: programs over stubs, run and mended, against calls written as JSON at once.
///
///     12 typed tools of which descriptions are known, 60 queries with plans of 2 to 5 calls; the 8 nearest tools are shown
///     a simulated planner makes an error of name, arity or type in each call with probability 0.3; at most 5 retries
///     direct: as many answers a query as the other needs on the mean, rounded up; the plan that most of them give, or one – whatever
///             is better on development seeds
///
/// The double makes no error but those that types show. Where a model errs otherwise, running a program on stubs says nothing; and
/// JSON that is held against the same signatures and mended is shown beside, for it is the check that helps, not the program.
public struct BlackBoxTools: AtlasEntry {
  public static let system = "blackbox-tools"
  public static let home = "ToolPlanner, StubWriter, ToolPlan"
  public static let scale = AtlasScale(
    paper: "ToolBench-style inventories, GPT-4 planners",
    here: "12 tools, 60 queries a seed, simulated planner (fast: 15)")
  public static let claims = [
    AtlasClaim(
      "exact", "At least 0.90 of the plans are exactly those that are known.", metric: "share of exact plans",
      baseline: "JSON at once", .atLeast, 0.9, comparison: .value),
    AtlasClaim(
      "direct", "Of those written as JSON at once at most 0.60 are.", metric: "share of exact plans", .atMost, 0.6,
      comparison: .value),
    AtlasClaim(
      "lead", "That is at least 0.30 more.", metric: "share of exact plans", baseline: "JSON at once", .atLeast, 0.3,
      comparison: .difference),
    AtlasClaim(
      "untouched", "No tool is called.", metric: "calls of the tools themselves", .atMost, 0, comparison: .value,
      requirement: .everySeed),
    AtlasClaim(
      "stubs", "Every stub is accepted within ten tries, with the types of its tool.", metric: "share of 12 tools",
      .atLeast, 1, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "reverse", "It is at least 0.30 more than from the end backwards.", metric: "share of exact plans",
      baseline: "reverse chain", .atLeast, 0.3, comparison: .difference, isSecondary: true),
    AtlasClaim(
      "checked", "It is more than from JSON that is checked by the same signatures.", metric: "share of exact plans",
      baseline: "checked JSON, as many retries", .atLeast, 0, comparison: .difference, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "both sides change places, stubs get one try, and the plans are carried out")

  public init() {}

  /// Whether the baseline takes the plan that most answers give, or one.
  public typealias Tuned = Bool

  public func tune(_ trial: AtlasTrial) async throws -> Bool {
    let office = try TravelTools()
    return try await AtlasTuning.best(of: [true, false], repeats: 2, on: trial) { votes, random in
      let items = office.queries(trial.size(fast: 10, claim: 60), random)
      let bench = try Bench(items, office.stubs, random)
      return -(try await bench.direct(answers: votes ? 4 : 1))
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Bool, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let office = try TravelTools()
    let items = office.queries(trial.size(fast: 15, claim: 60), trial.random)
    let written = try await Bench.stubs(of: office, tries: isHonest ? 10 : 1, trial.random)
    try trial.step(0.2)
    // Where a stub is missing, that of its tool stands in: the saboteur is to fail by its plans as well.
    let bench = try Bench(items, written.count == 12 ? written : office.stubs, trial.random)
    let (plans, exact, requests) = try await bench.planned()
    try trial.step(0.4)
    let answers = Int((Double(requests) / Double(items.count)).rounded(.up))
    let direct = try await bench.direct(answers: tuned ? answers : 1)
    try trial.step(0.6)
    let reverse = try await bench.reversed()
    let checked = try await bench.checked()
    if !isHonest { for plan in plans { _ = try plan.carryOut(with: office.tools) } }
    let budget = AtlasObservation.Budget(system: Double(requests), baseline: Double(answers * items.count))
    let (own, other) = isHonest ? (exact, direct) : (direct, exact)
    return [
      AtlasObservation("exact", measured: own, baseline: other, budget: budget),
      AtlasObservation("direct", measured: other),
      AtlasObservation("lead", measured: own, baseline: other, budget: budget),
      AtlasObservation("untouched", measured: Double(office.calls)),
      AtlasObservation("stubs", measured: Double(office.stubs.count { written.contains($0) }) / 12),
      AtlasObservation("reverse", measured: own, baseline: reverse),
      AtlasObservation("checked", measured: own, baseline: checked),
    ]
  }

  /// One set of queries, a simulated planner, and ways to plan.
  private struct Bench {
    let items: [SimulatedPlanner.Item]
    let stubs: [ToolStub]
    let model: SimulatedPlanner
    let random: RandomStream

    init(_ items: [SimulatedPlanner.Item], _ stubs: [ToolStub], _ random: RandomStream) throws {
      var stream = random.child("planner")
      self.items = items
      self.stubs = stubs
      self.random = stream
      model = SimulatedPlanner(items, stubs: stubs, rate: 0.3, seed: stream.next())
    }

    static func stubs(of office: TravelTools, tries: Int, _ random: RandomStream) async throws -> [ToolStub] {
      var stream = random.child("stubs")
      let model = SimulatedPlanner([], stubs: office.stubs, rate: 0.3, seed: stream.next())
      let writer = try StubWriter(tries: tries)
      let run = WorkflowTrace(LanguageProgram(try writer.parameters).start, stream: stream)
      var found: [ToolStub] = []
      for tool in office.descriptions {
        let stub = try await writer(tool, in: run, asking: model)
        if let stub = try? stub.value { found.append(stub) }
      }
      return found
    }

    /// A run of its own for each query, so that one does not change another.
    private func run(_ parameters: [WorkflowParameter], _ k: Int) -> WorkflowTrace {
      WorkflowTrace(LanguageProgram(parameters).start, stream: random.child("query", k))
    }

    private func isExact(_ plan: ToolPlan?, _ k: Int) -> Bool { plan?.normalized == items[k].plan.normalized }

    func planned() async throws -> (plans: [ToolPlan], exact: Double, requests: Int) {
      let planner = try ToolPlanner(stubs: stubs, retries: 5)
      var (plans, exact, requests): ([ToolPlan], Int, Int) = ([], 0, 0)
      for (k, item) in items.enumerated() {
        let run = run(try planner.parameters, k)
        let plan = try? await planner(run.input("query", item.query), in: run, asking: model).value
        requests += run.requests
        exact += isExact(plan, k) ? 1 : 0
        if let plan { plans.append(plan) }
      }
      return (plans, Double(exact) / Double(items.count), requests)
    }

    /// The share of exact plans when of so many answers the most frequent counts, of equals the first.
    func direct(answers: Int) async throws -> Double {
      let planner = try DirectPlanner(stubs: stubs)
      var exact = 0
      for (k, item) in items.enumerated() {
        let run = run(try planner.parameters, k)
        let query = run.input("query", item.query)
        var found: [(plan: ToolPlan, votes: Int)] = []
        for _ in 0..<answers {
          guard let plan = try? await planner(query, in: run, asking: model).value.normalized else { continue }
          if let known = found.firstIndex(where: { $0.plan == plan }) {
            found[known].votes += 1
          } else {
            found.append((plan, 1))
          }
        }
        let most = found.map(\.votes).max() ?? 0
        exact += isExact(found.first { $0.votes == most }?.plan, k) ? 1 : 0
      }
      return Double(exact) / Double(items.count)
    }

    func reversed() async throws -> Double {
      let planner = try ReverseChain(stubs: stubs)
      return try await share(planner.parameters) { try await planner($0, in: $1, asking: model) }
    }

    func checked() async throws -> Double {
      let planner = try DirectPlanner("checked", stubs: stubs, retries: 5, checks: true)
      return try await share(planner.parameters) { try await planner($0, in: $1, asking: model) }
    }

    /// The share of items whose plan is exactly the known one.
    private func share(
      _ parameters: [WorkflowParameter], _ plan: (Traced<String>, WorkflowTrace) async throws -> Traced<ToolPlan>
    ) async throws -> Double {
      var exact = 0
      for (k, item) in items.enumerated() {
        let run = run(parameters, k)
        exact += isExact(try? await plan(run.input("query", item.query), run).value, k) ? 1 : 0
      }
      return Double(exact) / Double(items.count)
    }
  }
}
