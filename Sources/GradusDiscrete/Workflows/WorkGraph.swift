// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// Tasks that wait for each other, each done in one of several ways: which way is taken for each?
///
///     minimize    w_m Σ moneyᵢ + w_t T − w_q Σ ln successᵢ
///     subject to  Π successᵢ ≥ floor,   T ≤ deadline
///     T:          the longest path, as tasks begin when all that they wait for are done
///
/// For tasks one after the other T is a sum and the problem the shortest path through layers; with forks and joins it is not.
public struct WorkGraph: Sendable, Codable, Hashable, Fingerprinted {
  /// One way to do a task: by code, a small or a large model, a person.
  public struct Alternative: Sendable, Codable, Hashable {
    public var name: String
    public var money: Double
    public var time: Double
    /// The probability that it is done right.
    public var success: Double

    public init(_ name: String, money: Double, time: Double, success: Double) {
      self.name = name
      self.money = money
      self.time = time
      self.success = success
    }
  }

  /// Something to be done.
  public struct Task: Sendable, Codable, Hashable {
    public var name: String
    /// Numbers of the tasks that it waits for, all smaller than its own.
    public var after: [Int]
    public var alternatives: [Alternative]

    public init(_ name: String, after: [Int] = [], _ alternatives: [Alternative]) {
      self.name = name
      self.after = after
      self.alternatives = alternatives
    }
  }

  /// What money, time and −ln success weigh.
  public struct Weights: Sendable, Codable, Hashable {
    public var money: Double
    public var time: Double
    public var quality: Double

    public init(money: Double = 1, time: Double = 1, quality: Double = 1) {
      self.money = money
      self.time = time
      self.quality = quality
    }
  }

  public let tasks: [Task]
  public let weights: Weights
  /// The least probability that everything is done right; 0: any.
  public let floor: Double
  public let deadline: Double

  /// Throws where tasks wait for later ones, have no alternative, or numbers are none.
  public init(
    _ tasks: [Task], weights: Weights = Weights(), floor: Double = 0, deadline: Double = .infinity
  ) throws(Unsuitable) {
    func refuse(_ found: String, _ remedy: String) -> Unsuitable {
      Unsuitable(method: "a work graph", needs: "tasks with alternatives", found: found, remedy: remedy)
    }
    guard !tasks.isEmpty else { throw refuse("no task", "Give at least one.") }
    for (number, task) in tasks.enumerated() {
      guard task.after.allSatisfy({ $0 >= 0 && $0 < number }) else {
        throw refuse("'\(task.name)' before one that it waits for", "List tasks behind those that they wait for.")
      }
      guard !task.alternatives.isEmpty else { throw refuse("no way to do '\(task.name)'", "Give at least one.") }
      for way in task.alternatives {
        guard way.money >= 0, way.money.isFinite, way.time >= 0, way.time.isFinite, way.success > 0, way.success <= 1
        else {
          throw refuse(
            "'\(task.name)' by '\(way.name)' for \(way.money), \(way.time), \(way.success)",
            "Give money and time from 0, and a success above 0 and at most 1.")
        }
      }
    }
    let all = [weights.money, weights.time, weights.quality]
    guard all.allSatisfy({ $0 >= 0 && $0.isFinite }), floor >= 0, floor <= 1, deadline >= 0 else {
      throw refuse("weights \(all), floor \(floor), deadline \(deadline)", "Give weights from 0, a floor from 0 to 1.")
    }
    (self.tasks, self.weights, self.floor, self.deadline) = (tasks, weights, floor, deadline)
  }

  /// Checks what it reads as `init(_:weights:floor:deadline:)` does.
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      box.decode([Task].self, forKey: .tasks), weights: box.decode(Weights.self, forKey: .weights),
      floor: box.decode(Double.self, forKey: .floor),
      deadline: box.decodeIfPresent(Double.self, forKey: .deadline) ?? .infinity)
  }

  /// No deadline is written where there is none: JSON has no ∞.
  public func encode(to encoder: any Encoder) throws {
    var box = encoder.container(keyedBy: CodingKeys.self)
    try box.encode(tasks, forKey: .tasks)
    try box.encode(weights, forKey: .weights)
    try box.encode(floor, forKey: .floor)
    if deadline < .infinity { try box.encode(deadline, forKey: .deadline) }
  }

  private enum CodingKeys: String, CodingKey { case tasks, weights, floor, deadline }

  /// The least Σ ln success.
  var logFloor: Double { floor > 0 ? VectorMath.log(floor) : -.infinity }

  /// What a task costs beside its time.
  func cost(of way: Alternative) -> Double { weights.money * way.money - weights.quality * VectorMath.log(way.success) }

  /// Of all numbers; names do not count.
  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix([weights.money, weights.time, weights.quality, floor, deadline])
    for task in tasks {
      print.mix(task.after.map { Int32($0) })
      print.mix(task.alternatives.flatMap { [$0.money, $0.time, $0.success] })
    }
    return print.value
  }

  // MARK: Choices

  /// What came of a choice: an alternative for each task.
  public struct Figures: Sendable, Codable, Hashable {
    public var money = 0.0
    public var time = 0.0
    /// Σ ln success.
    public var logSuccess = 0.0
    /// When each task is done.
    public var finish: [Double] = []
  }

  /// nil where the choice does not name one alternative of each task.
  public func figures(of choice: [Int]) -> Figures? {
    guard choice.count == tasks.count, zip(choice, tasks).allSatisfy({ $1.alternatives.indices.contains($0) }) else {
      return nil
    }
    var figures = Figures()
    for (task, number) in zip(tasks, choice) {
      let way = task.alternatives[number]
      figures.money += way.money
      figures.logSuccess += VectorMath.log(way.success)
      let start = task.after.reduce(0) { max($0, figures.finish[$1]) }
      figures.finish.append(start + way.time)
      figures.time = max(figures.time, start + way.time)
    }
    return figures
  }

  /// The objective.
  public func cost(of figures: Figures) -> Double {
    weights.money * figures.money + weights.time * figures.time - weights.quality * figures.logSuccess
  }

  /// Whether floor and deadline are kept, but for what rounding leaves.
  public func admits(_ figures: Figures) -> Bool {
    figures.logSuccess >= logFloor - Self.rounding
      && (deadline == .infinity || figures.time <= deadline + Self.rounding * max(1, deadline))
  }

  static let rounding = 1e-12
}
