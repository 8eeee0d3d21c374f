# shellcheck shell=bash
#
#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

# Devstack's plugin for the PowerVM driver. stack.sh, unstack.sh and clean.sh
# source it with a mode and a phase; what they define is used here.

function nova_powervm_python {
    if [[ -x "$NOVA_BIN_DIR/python3" ]]; then
        echo "$NOVA_BIN_DIR/python3"
    else
        echo python3
    fi
}

# Prints the directory into which pip has put the package.
function nova_powervm_site {
    # Not in the checkout, where Python would find the checkout.
    (cd / && "$(nova_powervm_python)" -c \
        'import importlib.util, os
spec = importlib.util.find_spec("nova_powervm")
print(os.path.dirname(os.path.dirname(spec.origin)))')
}

function install_nova_powervm {
    pip_install "$NOVA_POWERVM_DIR"
    local site
    site=$(nova_powervm_site)
    if [[ -e "$site/nova/__init__.py" ]]; then
        # All of nova is there, not in a checkout.
        return 0
    fi
    # Devstack installs nova in editable mode. Python looks for that after it
    # has looked here, and a folder of its name would end the search.
    sudo rm -rf "${site:?}/nova/virt/powervm_ext"
    (cd "$site" && sudo rmdir -p nova/virt)
    ln -sfn "$NOVA_POWERVM_DIR/nova/virt/powervm_ext" \
        "$NOVA_DIR/nova/virt/powervm_ext"
}

function check_novalink {
    if ! getent group pvm_admin > /dev/null; then
        die $LINENO 'There is no group pvm_admin: this is no NovaLink' \
            'partition, and nova-compute cannot run here.'
    fi
    if [[ "$POWERVM_BARE_LPARS" != True && -z "$POWERVM_VOLUME_GROUP" ]]; then
        die $LINENO 'POWERVM_VOLUME_GROUP has to name a volume group, or' \
            'POWERVM_BARE_LPARS has to be True.'
    fi
}

function configure_nova_powervm {
    local conf=$1
    iniset "$conf" DEFAULT compute_driver powervm_ext.driver.PowerVMDriver
    if [[ "$POWERVM_BARE_LPARS" == True ]]; then
        iniset "$conf" powervm bare_lpars true
        return 0
    fi
    iniset "$conf" DEFAULT reserved_host_disk_mb "$POWERVM_RESERVED_DISK_MB"
    iniset "$conf" powervm volume_group_name "$POWERVM_VOLUME_GROUP"
    if [[ -n "$POWERVM_VOLUME_GROUP_VIOS" ]]; then
        iniset "$conf" powervm volume_group_vios_name \
            "$POWERVM_VOLUME_GROUP_VIOS"
    fi
    iniset "$conf" powervm vopt_media_volume_group \
        "$POWERVM_MEDIA_VOLUME_GROUP"
    iniset "$conf" powervm vopt_media_rep_size "$POWERVM_MEDIA_GB"
}

function configure_nova_compute_powervm {
    local conf
    # nova-compute reads the second, which may be a copy of the first.
    for conf in "$NOVA_CONF" ${NOVA_CPU_CONF:+"$NOVA_CPU_CONF"}; do
        if [[ -e "$conf" ]]; then
            configure_nova_powervm "$conf"
        fi
    done
    # The driver refuses the hybrid ports of iptables_hybrid.
    if is_service_enabled q-agt; then
        iniset "/$Q_PLUGIN_CONF_FILE" securitygroup firewall_driver \
            openvswitch
    fi
}

# Makes an image of POWERVM_IMAGE. The driver takes raw ones alone.
function upload_powervm_image {
    local file=$FILES/${POWERVM_IMAGE##*/}
    if [[ "$POWERVM_IMAGE" == *://* ]]; then
        if [[ ! -e "$file" ]]; then
            # Under another name until it is whole.
            curl --fail --location --output "$file.part" "$POWERVM_IMAGE"
            mv "$file.part" "$file"
        fi
    else
        file=$POWERVM_IMAGE
    fi
    local raw=$FILES/powervm.raw
    qemu-img convert -O raw "$file" "$raw"
    openstack --os-cloud devstack-admin image create powervm --public \
        --disk-format raw --container-format bare --file "$raw"
    rm "$raw"
}

# Makes a flavor, unless there is one of that name.
function create_powervm_flavor {
    local name=$1 ram=$2 disk=$POWERVM_FLAVOR_DISK
    if [[ "$POWERVM_BARE_LPARS" == True ]]; then
        disk=0
    fi
    openstack --os-cloud devstack-admin flavor show "$name" &> /dev/null ||
        openstack --os-cloud devstack-admin flavor create "$name" \
            --vcpus 1 --ram "$ram" --disk "$disk"
}

function powervm_id {
    openstack --os-cloud devstack-admin "$1" show "$2" -f value -c id
}

# Tells tempest what to use, and what the driver does not do.
function configure_tempest_powervm {
    if [[ -n "$POWERVM_IMAGE" ]]; then
        local image
        image=$(powervm_id image powervm)
        iniset "$TEMPEST_CONFIG" compute image_ref "$image"
        iniset "$TEMPEST_CONFIG" compute image_ref_alt "$image"
    fi
    iniset "$TEMPEST_CONFIG" compute flavor_ref \
        "$(powervm_id flavor powervm.small)"
    iniset "$TEMPEST_CONFIG" compute flavor_ref_alt \
        "$(powervm_id flavor powervm.large)"
    local feature
    for feature in attach_encrypted_volume change_password \
            cold_migration console_output live_migration pause rescue \
            resize serial_console shelve snapshot spice_console \
            stable_rescue suspend swap_volume vnc_console \
            volume_multiattach; do
        iniset "$TEMPEST_CONFIG" compute-feature-enabled $feature False
    done
    if is_service_enabled n-cpu; then
        # The REST service of this host; others are for local.conf.
        iniset "$TEMPEST_CONFIG" powervm rest_services \
            "$(hostname):http://localhost:12080"
    fi
}

if [[ "$1" == stack && "$2" == install ]]; then
    if is_service_enabled n-cpu n-api; then
        echo_summary 'Installing the PowerVM driver'
        install_nova_powervm
    fi
    if is_service_enabled n-cpu; then
        check_novalink
        # To read the files by which NovaLink lets a user log on.
        add_user_to_group "$STACK_USER" pvm_admin
    fi
elif [[ "$1" == stack && "$2" == post-config ]]; then
    if is_service_enabled n-cpu; then
        echo_summary 'Configuring the PowerVM driver'
        configure_nova_compute_powervm
    fi
elif [[ "$1" == stack && "$2" == extra ]]; then
    if is_service_enabled n-api; then
        create_powervm_flavor powervm.small "$POWERVM_FLAVOR_RAM"
        create_powervm_flavor powervm.large "$((2 * POWERVM_FLAVOR_RAM))"
    fi
    if is_service_enabled g-api && [[ -n "$POWERVM_IMAGE" ]]; then
        upload_powervm_image
    fi
elif [[ "$1" == stack && "$2" == test-config ]]; then
    if is_service_enabled tempest; then
        echo_summary 'Configuring tempest for the PowerVM driver'
        configure_tempest_powervm
    fi
elif [[ "$1" == clean ]]; then
    # At unstack there is nothing to stop: devstack stops nova-compute, and
    # LPARs run on.
    rm -f "$NOVA_DIR/nova/virt/powervm_ext"
fi
