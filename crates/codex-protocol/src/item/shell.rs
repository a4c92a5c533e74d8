//! Shells and patches.

use std::collections::BTreeMap;

use super::{Caller, ItemStatus, NoDetails};
use crate::tool::{ContainerReference, LocalEnvironment};

wire_struct! {
    /// A command for a shell on your side (older form).
    pub struct LocalShellCall {
        /// Id of the item.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// The command.
        required action: LocalShellAction,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// What to do in a shell on your side.
    pub enum LocalShellAction {
        /// Run a command.
        "exec" => Exec(LocalShellExec),
    }
}

impl Default for LocalShellAction {
    fn default() -> Self {
        Self::Exec(LocalShellExec::default())
    }
}

wire_struct! {
    /// A command to run.
    pub struct LocalShellExec {
        /// Program and arguments.
        list command: String,
        /// Environment variables.
        filled env: BTreeMap<String, String>,
        /// Milliseconds it may take.
        optional timeout_ms: u64,
        /// Who runs it.
        optional user: String,
        /// Where it runs.
        optional working_directory: String,
    }
}

wire_struct! {
    /// What a command gave (older form).
    pub struct LocalShellCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers; the official type has `id` alone.
        optional call_id: String,
        /// A string of JSON.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required output: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// Commands for a shell.
    pub struct ShellCall {
        /// Id of the item.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// The commands.
        required action: ShellAction,
        /// Where they run.
        optional environment: ShellCallEnvironment,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// Commands to run, each in a shell.
    pub struct ShellAction {
        /// The commands; they may run at the same time.
        list commands: String,
        /// Milliseconds they may take.
        optional timeout_ms: u64,
        /// Characters of output to keep.
        optional max_output_length: u64,
    }
}

tagged_union! {
    /// Where commands run.
    pub enum ShellCallEnvironment {
        /// On your side.
        "local" => Local(LocalEnvironment),
        /// In a container of the service.
        "container_reference" => Container(ContainerReference),
    }
}

wire_struct! {
    /// What commands gave.
    pub struct ShellCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers.
        required call_id: String,
        /// One entry a command.
        list output: ShellOutput,
        /// The limit of the call, in characters.
        optional max_output_length: u64,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// What one command gave.
    pub struct ShellOutput {
        /// Its standard output.
        filled stdout: String,
        /// Its standard error.
        filled stderr: String,
        /// How it ended.
        optional outcome: ShellOutcome,
        /// Who made it.
        optional created_by: String,
    }
}

tagged_union! {
    /// How a command ended.
    pub enum ShellOutcome {
        /// By itself.
        "exit" => Exit(ShellExit),
        /// Its time was up.
        "timeout" => Timeout(NoDetails),
    }
}

wire_struct! {
    /// A command that ended by itself.
    pub struct ShellExit {
        /// Its exit code.
        required exit_code: i64,
    }
}

wire_struct! {
    /// A change to a file, for you to make.
    pub struct ApplyPatchCall {
        /// Id of the item.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// The change.
        required operation: PatchOperation,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// A change to a file.
    pub enum PatchOperation {
        /// A new file.
        "create_file" => CreateFile(FileDiff),
        /// A file goes.
        "delete_file" => DeleteFile(FileToDelete),
        /// A file changes.
        "update_file" => UpdateFile(FileDiff),
    }
}

impl Default for PatchOperation {
    fn default() -> Self {
        Self::UpdateFile(FileDiff::default())
    }
}

wire_struct! {
    /// A file and its change.
    pub struct FileDiff {
        /// The file, relative to the workspace. The model writes it, so check it.
        required path: String,
        /// The change, as a V4A diff.
        filled diff: String,
    }
}

wire_struct! {
    /// A file to delete.
    pub struct FileToDelete {
        /// The file, relative to the workspace. The model writes it, so check it.
        required path: String,
    }
}

wire_struct! {
    /// Whether the change could be made.
    pub struct ApplyPatchCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers.
        required call_id: String,
        /// `completed` or `failed`.
        optional status: ItemStatus,
        /// For the model: what went wrong.
        optional output: String,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
    }
}
