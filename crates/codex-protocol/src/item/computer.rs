//! Work on a computer.

use super::ItemStatus;

wire_struct! {
    /// The model works a computer: `action` with the preview tool, `actions` with the newer one.
    pub struct ComputerCall {
        /// Id of the item.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// One step.
        optional action: ComputerAction,
        /// Steps, in order.
        optional actions: Vec<ComputerAction>,
        /// Checks a person should acknowledge before it is done.
        list pending_safety_checks: SafetyCheck,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// What the screen showed afterwards.
    pub struct ComputerCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers.
        required call_id: String,
        /// The screen. Absent only in the stubs of `response.steer.pending`.
        optional output: ComputerScreenshot,
        /// Checks that a person acknowledged.
        optional acknowledged_safety_checks: Vec<SafetyCheck>,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// A picture of the screen.
    pub enum ComputerScreenshot {
        /// An image.
        "computer_screenshot" => Image(ScreenshotImage),
    }
}

wire_struct! {
    /// An image of the screen: `image_url` or `file_id`.
    pub struct ScreenshotImage {
        /// `https:` or `data:` URL.
        optional image_url: String,
        /// An uploaded file.
        optional file_id: String,
    }
}

wire_struct! {
    /// A reason to ask a person first.
    pub struct SafetyCheck {
        /// Its id, to acknowledge it by.
        required id: String,
        /// What kind.
        optional code: String,
        /// For the person.
        optional message: String,
    }
}

tagged_union! {
    /// A step on a computer. Coordinates are pixels from the upper left corner.
    pub enum ComputerAction {
        /// A click.
        "click" => Click(Click),
        /// A double click.
        "double_click" => DoubleClick(PointerAction),
        /// A drag.
        "drag" => Drag(Drag),
        /// Keys pressed together.
        "keypress" => Keypress(Keypress),
        /// The pointer moves.
        "move" => Move(PointerAction),
        /// A picture is wanted.
        "screenshot" => Screenshot(NoDetails),
        /// A scroll.
        "scroll" => Scroll(Scroll),
        /// Text is typed.
        "type" => Type(TypeText),
        /// A pause.
        "wait" => Wait(NoDetails),
    }
}

wire_struct! {
    /// A click.
    pub struct Click {
        /// Pixels from the left.
        required x: i64,
        /// Pixels from the top.
        required y: i64,
        /// Which button.
        optional button: MouseButton,
        /// Keys held down.
        optional keys: Vec<String>,
    }
}

wire_struct! {
    /// Something done at a point.
    pub struct PointerAction {
        /// Pixels from the left.
        required x: i64,
        /// Pixels from the top.
        required y: i64,
        /// Keys held down.
        optional keys: Vec<String>,
    }
}

wire_struct! {
    /// A drag.
    pub struct Drag {
        /// The way, in order.
        list path: Point,
        /// Keys held down.
        optional keys: Vec<String>,
    }
}

wire_struct! {
    /// A point of the screen.
    pub struct Point {
        /// Pixels from the left.
        required x: i64,
        /// Pixels from the top.
        required y: i64,
    }
}

wire_struct! {
    /// Keys pressed together.
    pub struct Keypress {
        /// The keys.
        list keys: String,
    }
}

wire_struct! {
    /// A scroll.
    pub struct Scroll {
        /// Pixels from the left, of the pointer.
        required x: i64,
        /// Pixels from the top, of the pointer.
        required y: i64,
        /// Pixels to the right.
        filled scroll_x: i64,
        /// Pixels down.
        filled scroll_y: i64,
        /// Keys held down.
        optional keys: Vec<String>,
    }
}

wire_struct! {
    /// Text to type.
    pub struct TypeText {
        /// The text.
        required text: String,
    }
}

wire_struct! {
    /// A thing whose kind says all.
    pub struct NoDetails {}
}

open_enum! {
    /// A button of the mouse.
    pub enum MouseButton {
        Left = "left",
        Right = "right",
        Wheel = "wheel",
        Back = "back",
        Forward = "forward",
    }
}
